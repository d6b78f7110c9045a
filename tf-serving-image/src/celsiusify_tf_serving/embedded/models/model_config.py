"""The configuration of models: their folders, versions and labels."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from celsiusify_tf_serving.embedded.errors import invalid
from celsiusify_tf_serving.embedded.flags import Flags
from celsiusify_tf_serving.embedded.text_config import read_text_proto

VERSION_NAME = re.compile(r"[0-9]+", re.ASCII)
MAX_VERSION = 2**63 - 1


class VersionPolicy(Protocol):
    """A rule that chooses the versions to serve."""

    def choose(self, versions: Iterable[int]) -> set[int]:
        """Choose from the existing versions."""


@dataclass(frozen=True)
class Latest:
    """The policy that serves the highest versions."""

    count: int = 1

    def choose(self, versions: Iterable[int]) -> set[int]:
        """Choose the `count` highest versions."""
        return set(sorted(versions)[-self.count :])


@dataclass(frozen=True)
class Every:
    """The policy that serves all versions."""

    def choose(self, versions: Iterable[int]) -> set[int]:
        """Choose all versions."""
        return set(versions)


@dataclass(frozen=True)
class Specific:
    """The policy that serves the listed versions."""

    listed: frozenset[int]

    def choose(self, versions: Iterable[int]) -> set[int]:
        """Choose the listed versions that exist."""
        return set(versions) & self.listed


def find_versions(base_path: Path) -> dict[int, Path]:
    """Return the folders under `base_path` whose name is a version number.

    Raises:
        FileNotFoundError: If `base_path` doesn't exist.
    """
    folders = {
        int(path.name): path
        for path in base_path.iterdir()
        if VERSION_NAME.fullmatch(path.name) and path.is_dir()
    }
    return {version: folder for version, folder in folders.items() if version <= MAX_VERSION}


def to_unload(loaded: Iterable[int], aspired: set[int], available: set[int]) -> set[int]:
    """Return the versions to unload; the model stays available meanwhile.

    Args:
        loaded: Versions in memory.
        aspired: Versions that should be in memory.
        available: Versions that can run.
    """
    if aspired and not aspired & available:
        return set()
    return set(loaded) - aspired


PLATFORM = "tensorflow"


@dataclass(frozen=True)
class ModelConfig:
    """The configuration of one model: its folder, its version policy, and its labels."""

    name: str
    base_path: Path
    platform: str = PLATFORM
    policy: VersionPolicy = field(default_factory=Latest)
    labels: Mapping[str, int] = field(default_factory=dict)


def configured_models(flags: Flags) -> dict[str, ModelConfig]:
    """Return the models that the flags configure.

    Raises:
        ServingError: If the flags configure no model, or the configuration is invalid.
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
        ServingError: If the configuration isn't a list of models, or the list is invalid.
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
    """Check that no model changes its platform, and that each platform is supported.

    Raises:
        ServingError: If the check fails.
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
    """A request's choice of a model, and of a version or a label if any."""

    name: str
    version: int | None = None
    label: str | None = None


def read_spec(request: Any) -> ModelSpec:
    """Read the `model_spec` of a gRPC request.

    Raises:
        ServingError: If the request has no `model_spec`.
    """
    if not request.HasField("model_spec"):
        raise invalid("Missing ModelSpec")
    spec = request.model_spec
    choice = spec.WhichOneof("version_choice")
    version = spec.version.value if choice == "version" else None
    return ModelSpec(spec.name, version, spec.version_label if choice == "version_label" else None)
