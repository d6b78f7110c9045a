"""The settings to serve with, and TensorFlow Serving's flags for them."""

import atexit
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePath

# TensorFlow Serving's documented ports, which its image exposes.
REST_API_PORT = 8501
GRPC_PORT = 8500

CONFIG_DIR = Path(__file__).parent / "config"
MONITORING, BATCHING = "monitoring.config", "batching.config"


class StartError(Exception):
    """A server that can't be started as requested; the message says what was expected."""


@dataclass(frozen=True)
class Settings:
    """The settings that every engine serves with.

    Attributes:
        model_dir: Folder of the model's versions; its last part is the model's name.
        image: Container image, with its tag.
        rest_api_port: TCP port of REST; 0 for none.
        port: TCP port of gRPC; 0 for none.
        batching: Whether requests are merged by the shipped batching parameters.
        pid_file: File for the server's process id, if any.
        flags: Further flags of TensorFlow Serving, as given.
    """

    model_dir: Path
    image: str
    rest_api_port: int = REST_API_PORT
    port: int = GRPC_PORT
    batching: bool = False
    pid_file: Path | None = None
    flags: tuple[str, ...] = ()

    def write_pid(self, pid: int) -> None:
        """Write the id of the process that serves to the requested file, if any.

        Raises:
            StartError: If the file can't be written.
        """
        if not self.pid_file:
            return
        try:
            self.pid_file.write_text(f"{pid}\n")
        except OSError as error:
            raise StartError(f"--pid_file={self.pid_file}: {error.strerror}") from error


def server_flags(settings: Settings, config_dir: PurePath = CONFIG_DIR) -> list[str]:
    """Return all flags for a server on this machine.

    A flag of the user replaces the flag of the same name that this function would set.

    Args:
        settings: The settings to serve with.
        config_dir: The server's folder of the shipped configuration files.
    """
    given = {flag_name(flag) for flag in settings.flags}
    defaults: dict[str, object] = {
        "rest_api_port": settings.rest_api_port,
        "port": settings.port,
        "model_name": settings.model_dir.name,
        "model_base_path": settings.model_dir,
        "monitoring_config_file": config_dir / MONITORING,
    }
    if not settings.port and not given & {"port", "grpc_socket_path"}:
        defaults["grpc_socket_path"] = private_socket()
    kept = [f"--{name}={value}" for name, value in defaults.items() if name not in given]
    return kept + batching_flags(settings, config_dir) + list(settings.flags)


def private_socket() -> Path:
    """Return a path for gRPC's Unix socket, in a new folder of this user alone.

    TensorFlow Serving starts only if gRPC has an address: a port or a socket.
    """
    folder = tempfile.mkdtemp(prefix="celsiusify-tf-serving-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder) / "grpc.sock"


def batching_flags(settings: Settings, config_dir: PurePath) -> list[str]:
    """Return the flags that merge requests, or none."""
    if not settings.batching:
        return []
    return ["--enable_batching=true", f"--batching_parameters_file={config_dir / BATCHING}"]


def flag_name(flag: str) -> str:
    """Return the name in `--name=value` or `--name`."""
    return flag.removeprefix("--").partition("=")[0]
