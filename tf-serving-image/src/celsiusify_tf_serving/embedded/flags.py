"""The command line: TensorFlow Serving's flags by the same names, defaults and rules."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

TRUE = ("true", "1")
FALSE = ("false", "0")


class FlagError(ValueError):
    """A flag whose value can't be read."""


def _flag(default: Any, what: str) -> Any:
    return field(default=default, metadata={"what": what})


def _ignored(default: Any) -> Any:
    """A flag that TensorFlow Serving has and this server accepts without following it."""
    return field(
        default=default, metadata={"what": "accepted, has no effect here", "ignored": True}
    )


def _refused(default: Any) -> Any:
    """A flag that must not be ignored in silence: setting it stops the start."""
    return field(
        default=default, metadata={"what": "not offered here, stops the start", "refused": True}
    )


@dataclass(frozen=True)
class Flags:
    """Every flag, with its default."""

    port: int = _flag(8500, "TCP port for gRPC")
    grpc_socket_path: str = _flag("", "UNIX socket for gRPC, beside or instead of the port")
    rest_api_port: int = _flag(0, "TCP port for REST; 0 turns REST off")
    rest_api_num_threads: int = _flag(0, "threads that run models; 0 for four a CPU")
    rest_api_timeout_in_ms: int = _flag(30_000, "how long a REST request may take, in ms")
    rest_api_enable_cors_support: bool = _flag(False, "send CORS headers with every REST answer")
    model_name: str = _flag("default", "name of the model, if there's no model_config_file")
    model_base_path: str = _flag(
        "", "folder of the model's versions, if there's no model_config_file"
    )
    model_config_file: str = _flag(
        "", "ModelServerConfig as text: the models, their versions and labels"
    )
    model_config_file_poll_wait_seconds: int = _flag(
        0, "seconds between readings of that file; 0 reads it once"
    )
    file_system_poll_wait_seconds: int = _flag(
        1, "seconds between looks for new versions; 0 looks once"
    )
    enable_batching: bool = _flag(False, "merge requests by the rules of batching_parameters_file")
    batching_parameters_file: str = _flag("", "BatchingParameters as text")
    allow_version_labels_for_unavailable_models: bool = _flag(
        False, "a label may be given to a version that isn't loaded yet"
    )
    monitoring_config_file: str = _flag(
        "", "MonitoringConfig as text: the Prometheus page and its path"
    )
    enable_model_warmup: bool = _flag(
        True, "send a version its assets.extra/tf_serving_warmup_requests first"
    )
    num_request_iterations_for_warmup: int = _flag(
        0, "how often each warm-up request is sent; 0 is once"
    )
    max_num_load_retries: int = _flag(5, "how often a version that failed to load is tried again")
    load_retry_interval_micros: int = _flag(60_000_000, "time between these tries, in µs")
    saved_model_tags: str = _flag("serve", "tags of the graph to load, separated by commas")
    tensorflow_session_parallelism: int = _flag(
        0, "threads of a session, both inside and between operations"
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
    enable_serialization_as_tensor_content: bool = _flag(False, "answer gRPC with tensor_content")
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
        """Name the flags of a kind, `ignored` or `refused`, that have been set."""
        return [
            f.name
            for f in fields(self)
            if f.metadata.get(kind) and getattr(self, f.name) != f.default
        ]


_FIELDS = {f.name: f for f in fields(Flags)}


def parse_flags(arguments: Sequence[str]) -> tuple[Flags, list[str]]:
    """Read `--name=value` and, for switches, `--name`.

    Returns:
        The flags, and the arguments that aren't flags of this server.

    Raises:
        FlagError: If a value can't be read.
    """
    values: dict[str, Any] = {}
    unknown = []
    for argument in arguments:
        name, equals, text = argument.removeprefix("--").partition("=")
        if not argument.startswith("--") or name not in _FIELDS:
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
    """Return the text that lists every flag."""
    lines = ["usage: python -m celsiusify_tf_serving.embedded [flags]", "Flags:"]
    for f in fields(Flags):
        default = (
            str(f.default).lower()
            if isinstance(f.default, bool)
            else repr(f.default).replace("'", '"')
        )
        lines.append(
            f"\t--{f.name + '=' + default:<55}\t{type(f.default).__name__}\t{f.metadata['what']}"
        )
    return "\n".join(lines)
