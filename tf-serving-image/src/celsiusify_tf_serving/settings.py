"""What is to be served, and how."""

from dataclasses import dataclass
from pathlib import Path

from celsiusify_tf_serving.errors import ServingError

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
        port: gRPC's TCP port.
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
            ServingError: If the file can't be written.
        """
        if not self.pid_file:
            return
        try:
            self.pid_file.write_text(f"{pid}\n")
        except OSError as error:
            raise ServingError(f"--pid_file={self.pid_file}: {error.strerror}") from error
