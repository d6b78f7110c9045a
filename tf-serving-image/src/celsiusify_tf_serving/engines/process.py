"""The engines that serve in this process: the real server, and the embedded server."""

import os
import re
import shutil
import subprocess
from importlib.metadata import version

from celsiusify_tf_serving.engines.engine import Availability
from celsiusify_tf_serving.settings import Settings, StartError, server_flags

PROGRAM = "tensorflow_model_server"
VERSION_TIMEOUT_S = 30


class Binary:
    """An installed `tensorflow_model_server`, which replaces this process.

    The server keeps the process id and so receives the signals.
    """

    name = PROGRAM
    caveat: str | None = None

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def find(self) -> Availability:
        """Search the PATH for the program."""
        path = shutil.which(PROGRAM)
        reason = f"{PROGRAM} is on the PATH: {path}" if path else f"no {PROGRAM} on the PATH"
        return Availability(path is not None, reason)

    def version(self) -> str:
        """Return the version that the program prints, or "unknown"."""
        command = [PROGRAM, "--version"]
        try:
            output = subprocess.check_output(command, text=True, timeout=VERSION_TIMEOUT_S)
        except (OSError, subprocess.SubprocessError):
            return "unknown"
        match = re.search(r"ModelServer: *(\S+)", output)
        return match[1] if match else "unknown"

    def serve(self) -> int:
        """Replace this process by the server.

        Raises:
            StartError: If this machine can't run the program.
        """
        self._settings.write_pid(os.getpid())
        try:
            os.execvp(PROGRAM, [PROGRAM, *server_flags(self._settings)])
        except OSError as error:
            raise StartError(f"{shutil.which(PROGRAM)}: {error.strerror}") from error


class Embedded:
    """The server of this package, which reads the same SavedModel and the same flags."""

    name = "embedded"
    caveat: str | None = (
        "Served by a server embedded in Celsiusify, which speaks TensorFlow Serving's API, and not "
        "by TensorFlow Serving: this run makes no statement about the speed of TensorFlow Serving "
        "itself."
    )

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def find(self) -> Availability:
        """Report the embedded server as available."""
        return Availability(True, "the embedded server comes with this package")

    def version(self) -> str:
        """Return the version of this package and of TensorFlow, which runs the model."""
        own, tensorflow = version("celsiusify-tf-serving-image"), version("tensorflow")
        return f"{own} (TensorFlow {tensorflow})"

    def serve(self) -> int:
        """Serve in this process."""
        # TensorFlow's C++ log reports the machine, and the missing GPU at the highest level. A
        # fault of the model raises an exception instead.
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        # Importing TensorFlow takes seconds, so only this method imports it.
        from celsiusify_tf_serving import embedded

        self._settings.write_pid(os.getpid())
        return embedded.main(server_flags(self._settings))
