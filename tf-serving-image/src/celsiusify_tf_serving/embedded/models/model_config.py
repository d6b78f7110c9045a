"""Read which models to serve, and which version a request asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from celsiusify_tf_serving.embedded.errors import invalid
from celsiusify_tf_serving.embedded.flags import Flags
from celsiusify_tf_serving.embedded.models.versions import Every, Latest, Specific, VersionPolicy
from celsiusify_tf_serving.embedded.text_config import read_text_proto

PLATFORM = "tensorflow"


@dataclass(frozen=True)
class ModelConfig:
    """One model: where its versions are, which of them to serve, and their labels."""

    name: str
    base_path: Path
    platform: str = PLATFORM
    policy: VersionPolicy = field(default_factory=Latest)
    labels: Mapping[str, int] = field(default_factory=dict)


def configured_models(flags: Flags) -> dict[str, ModelConfig]:
    """Return the models that the flags name.

    Raises:
        ServingError: If they name none, or wrong ones.
    """
    if flags.model_config_file:
        return read_model_file(flags.model_config_file)
    if not flags.model_base_path:
        raise invalid(
            "Both server_options.model_base_path and server_options.model_config_file are empty!"
        )
    return _checked([ModelConfig(flags.model_name, Path(flags.model_base_path))])


def read_model_file(path: str) -> dict[str, ModelConfig]:
    """Read the models of a ModelServerConfig file."""
    return read_models(read_text_proto(path, ModelServerConfig()))


def read_models(config: Any) -> dict[str, ModelConfig]:
    """Read the models of a ModelServerConfig.

    Raises:
        ServingError: If it isn't a list of models, or the list isn't sound.
    """
    if config.WhichOneof("config") != "model_config_list":
        raise invalid(
            "ServerModelConfig type not supported by HandleReloadConfigRequest."
            " Only ModelConfigList is currently supported"
        )
    return _checked([_read_model(model) for model in config.model_config_list.config])


def _read_model(model: Any) -> ModelConfig:
    return ModelConfig(
        model.name,
        Path(model.base_path),
        model.model_platform or PLATFORM,
        _read_policy(model.model_version_policy),
        dict(model.version_labels),
    )


def _read_policy(policy: Any) -> VersionPolicy:
    choice = policy.WhichOneof("policy_choice")
    if choice == "all":
        return Every()
    if choice == "specific":
        return Specific(frozenset(policy.specific.versions))
    return Latest(policy.latest.num_versions or 1)


def _checked(models: list[ModelConfig]) -> dict[str, ModelConfig]:
    by_name: dict[str, ModelConfig] = {}
    for model in models:
        if model.name in by_name:
            raise invalid(f"Illegal to list model {model.name} multiple times in config list")
        by_name[model.name] = model
    for model in models:
        if not model.base_path.is_absolute():
            raise invalid(
                f"Expected model {model.name} to have an absolute path or URI;"
                f" got base_path()={model.base_path}"
            )
    return by_name


def check_platforms(old: Mapping[str, ModelConfig], new: Mapping[str, ModelConfig]) -> None:
    """Refuse a platform other than a model has, or than there is.

    Raises:
        ServingError: If there is such a model.
    """
    for name, model in new.items():
        if name in old and old[name].platform != model.platform:
            raise invalid(
                f"Illegal to change a model's platform. For model {name} platform was"
                f" {old[name].platform} and new platform requested is {model.platform}"
            )
        if model.platform != PLATFORM:
            raise invalid(
                f"Couldn't initiate load for model {name}: its platform is {model.platform},"
                f" expected {PLATFORM}"
            )


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model, and at most one of a version and a label."""

    name: str
    version: int | None = None
    label: str | None = None


def read_spec(request: Any) -> ModelSpec:
    """Read the `model_spec` of a gRPC request.

    Raises:
        ServingError: If there's none.
    """
    if not request.HasField("model_spec"):
        raise invalid("Missing ModelSpec")
    spec = request.model_spec
    choice = spec.WhichOneof("version_choice")
    version = spec.version.value if choice == "version" else None
    return ModelSpec(spec.name, version, spec.version_label if choice == "version_label" else None)
