"""TensorFlow Serving's flags, with the same names, defaults and rules."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

TRUE = ("true", "1")
FALSE = ("false", "0")


class FlagError(ValueError):
    """A flag with an invalid value."""


def _flag(default: Any, help_text: str) -> Any:
    return field(default=default, metadata={"help": help_text})


def _ignored(default: Any) -> Any:
    """Return a flag of TensorFlow Serving that this server accepts and ignores."""
    return field(
        default=default, metadata={"help": "accepted, has no effect here", "ignored": True}
    )


def _refused(default: Any) -> Any:
    """Return a flag that must not be ignored silently: a value stops the start."""
    return field(
        default=default, metadata={"help": "not offered here, stops the start", "refused": True}
    )


@dataclass(frozen=True)
class Flags:
    """All flags, with their defaults."""

    port: int = _flag(8500, "TCP port for gRPC")
    grpc_socket_path: str = _flag("", "UNIX socket for gRPC, with or without the port")
    rest_api_port: int = _flag(0, "TCP port for REST; 0 turns REST off")
    rest_api_num_threads: int = _flag(0, "threads that run models; 0 for four per CPU")
    rest_api_timeout_in_ms: int = _flag(30_000, "time limit of a REST request, in ms")
    rest_api_enable_cors_support: bool = _flag(False, "send CORS headers with every REST answer")
    model_name: str = _flag("default", "name of the model, without model_config_file")
    model_base_path: str = _flag("", "folder of the model's versions, without model_config_file")
    model_config_file: str = _flag(
        "", "ModelServerConfig as text: the models, their versions and labels"
    )
    model_config_file_poll_wait_seconds: int = _flag(
        0, "seconds between readings of model_config_file; 0 reads the file once"
    )
    file_system_poll_wait_seconds: int = _flag(
        1, "seconds between searches for new versions; 0 searches once"
    )
    enable_batching: bool = _flag(False, "merge requests by the rules of batching_parameters_file")
    batching_parameters_file: str = _flag("", "BatchingParameters as text")
    allow_version_labels_for_unavailable_models: bool = _flag(
        False, "allow a label for a version that isn't loaded yet"
    )
    monitoring_config_file: str = _flag(
        "", "MonitoringConfig as text: the Prometheus page and its path"
    )
    enable_model_warmup: bool = _flag(
        True, "run assets.extra/tf_serving_warmup_requests of a version before serving"
    )
    num_request_iterations_for_warmup: int = _flag(
        0, "number of runs of each warm-up request; 0 runs each once"
    )
    max_num_load_retries: int = _flag(5, "number of further attempts to load a version that failed")
    load_retry_interval_micros: int = _flag(60_000_000, "time between these attempts, in µs")
    saved_model_tags: str = _flag("serve", "tags of the graph to load, separated by commas")
    tensorflow_session_parallelism: int = _flag(
        0, "threads of a session, inside operations and between operations"
    )
    tensorflow_intra_op_parallelism: int = _flag(
        0, "threads inside an operation; 0 lets TensorFlow choose"
    )
    tensorflow_inter_op_parallelism: int = _flag(
        0, "threads between operations; 0 lets TensorFlow choose"
    )
    grpc_channel_arguments: str = _flag(
        "", "channel arguments of the gRPC server, as key=value,key=value"
    )
    enable_serialization_as_tensor_content: bool = _flag(False, "send tensors as tensor_content")
    version: bool = _flag(False, "print the version and exit")

    ssl_config_file: str = _refused("")
    use_alts_credentials: bool = _refused(False)
    enable_grpc_healthcheck_service: bool = _refused(False)
    platform_config_file: str = _refused("")
    tensorflow_session_config_file: str = _refused("")

    enable_per_model_batching_parameters: bool = _ignored(False)
    enable_profiler: bool = _ignored(True)
    enable_signature_method_name_check: bool = _ignored(False)
    flush_filesystem_caches: bool = _ignored(True)
    grpc_max_threads: int = _ignored(0)
    mixed_precision: str = _ignored("")
    num_load_threads: int = _ignored(0)
    num_tflite_interpreters_per_pool: int = _ignored(0)
    num_tflite_pools: int = _ignored(0)
    num_unload_threads: int = _ignored(0)
    per_process_gpu_memory_fraction: float = _ignored(0.0)
    prefer_tflite_model: bool = _ignored(True)
    remove_unused_fields_from_bundle_metagraph: bool = _ignored(True)
    skip_initialize_tpu: bool = _ignored(False)
    thread_pool_factory_config_file: str = _ignored("")
    xla_cpu_compilation_enabled: bool = _ignored(False)
    xla_gpu_compilation_enabled: bool = _ignored(False)

    def changed(self, kind: str) -> list[str]:
        """Return the names of the flags of a kind, `ignored` or `refused`, that are set."""
        return [
            flag.name
            for flag in fields(self)
            if flag.metadata.get(kind) and getattr(self, flag.name) != flag.default
        ]


_NAMES = frozenset(flag.name for flag in fields(Flags))


def parse_flags(arguments: Sequence[str]) -> tuple[Flags, list[str]]:
    """Read flags as `--name=value`, or `--name` for a switch.

    Returns:
        The flags, and the arguments that are no flags of this server.

    Raises:
        FlagError: If a value is invalid.
    """
    values: dict[str, Any] = {}
    unknown = []
    for argument in arguments:
        name, equals, text = argument.removeprefix("--").partition("=")
        if not argument.startswith("--") or name not in _NAMES:
            unknown.append(argument)
            continue
        values[name] = _read(name, text if equals else None)
    return Flags(**values), unknown


def _read(name: str, text: str | None) -> Any:
    kind: type[Any] = type(getattr(Flags, name))
    if kind is bool:
        return _read_bool(name, text)
    try:
        return kind(text if text is not None else "")
    except ValueError as error:
        raise FlagError(f"Couldn't interpret value {text or ''} for flag {name}.") from error


def _read_bool(name: str, text: str | None) -> bool:
    if text is None or text.lower() in TRUE:
        return True
    if text.lower() in FALSE:
        return False
    raise FlagError(f"Couldn't interpret value {text} for flag {name}.")


def usage() -> str:
    """Return a text that lists all flags."""
    lines = ["usage: python -m celsiusify_tf_serving.embedded [flags]", "Flags:"]
    for flag in fields(Flags):
        default = repr(flag.default).replace("'", '"')
        if isinstance(flag.default, bool):
            default = default.lower()
        kind = type(flag.default).__name__
        lines.append(f"\t--{flag.name + '=' + default:<55}\t{kind}\t{flag.metadata['help']}")
    return "\n".join(lines)
