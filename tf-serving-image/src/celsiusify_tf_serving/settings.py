"""Hold what is served, and give TensorFlow Serving's flags for it."""

import atexit
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePath

from celsiusify_tf_serving.errors import StartError

# TensorFlow Serving's documented ports, which its image exposes.
REST_API_PORT = 8501
GRPC_PORT = 8500


@dataclass(frozen=True)
class Settings:
    """What every engine is told.

    Attributes:
        model_dir: The folder with the model's versions; its last part is the model's name.
        image: The container image, with its tag.
        rest_api_port: REST's TCP port; 0 for none.
        port: gRPC's TCP port; 0 for none.
        batching: Whether requests are merged by the shipped batching parameters.
        pid_file: Where to write the server's process id, if anywhere.
        flags: Further flags of TensorFlow Serving, as they were given.
    """

    model_dir: Path
    image: str
    rest_api_port: int = REST_API_PORT
    port: int = GRPC_PORT
    batching: bool = False
    pid_file: Path | None = None
    flags: tuple[str, ...] = ()

    def write_pid(self, pid: int) -> None:
        """Tell whoever asked which process serves.

        Raises:
            StartError: If the file can't be written.
        """
        if not self.pid_file:
            return
        try:
            self.pid_file.write_text(f"{pid}\n")
        except OSError as error:
            raise StartError(f"--pid_file={self.pid_file}: {error.strerror}") from error


CONFIG_DIR = Path(__file__).parent / "config"
MONITORING, BATCHING = "monitoring.config", "batching.config"


def server_flags(settings: Settings, config_dir: PurePath = CONFIG_DIR) -> list[str]:
    """Write out all flags for a server on this machine.

    A flag that the user gave stands in place of ours by the same name.

    Args:
        settings: What to serve.
        config_dir: Where the server finds the shipped configuration files.
    """
    given = {flag_name(flag) for flag in settings.flags}
    ours: dict[str, object] = {
        "rest_api_port": settings.rest_api_port,
        "port": settings.port,
        "model_name": settings.model_dir.name,
        "model_base_path": settings.model_dir,
        "monitoring_config_file": config_dir / MONITORING,
    }
    if not settings.port and not given & {"port", "grpc_socket_path"}:
        ours["grpc_socket_path"] = private_socket()
    kept = [f"--{name}={value}" for name, value in ours.items() if name not in given]
    return kept + batching_flags(settings, config_dir) + list(settings.flags)


def private_socket() -> Path:
    """Return a path for gRPC's Unix socket, in a new folder that only this user can enter.

    TensorFlow Serving doesn't start without an address for gRPC, be it a port or a socket.
    """
    folder = tempfile.mkdtemp(prefix="celsiusify-tf-serving-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder) / "grpc.sock"


def batching_flags(settings: Settings, config_dir: PurePath) -> list[str]:
    """Write out the flags that merge requests, or none."""
    if not settings.batching:
        return []
    return ["--enable_batching=true", f"--batching_parameters_file={config_dir / BATCHING}"]


def flag_name(flag: str) -> str:
    """Take the name out of `--name=value` or `--name`."""
    return flag.removeprefix("--").partition("=")[0]
