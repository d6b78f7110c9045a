"""A `tensorflow_model_server` that is installed on this machine."""

import os
import re
import shutil
import subprocess

from celsiusify_tf_serving.engines.engine import Finding
from celsiusify_tf_serving.errors import StartError
from celsiusify_tf_serving.settings import Settings, server_flags

PROGRAM = "tensorflow_model_server"


class Binary:
    """Replaces this process by the server, so that it keeps the process id and gets the signals."""

    name = PROGRAM
    caveat: str | None = None

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def find(self) -> Finding:
        """Look for the program on the PATH."""
        path = shutil.which(PROGRAM)
        where = f"{PROGRAM} is on the PATH: {path}" if path else f"no {PROGRAM} on the PATH"
        return Finding(path is not None, where)

    def version(self) -> str:
        """Ask the program."""
        try:
            told = subprocess.check_output([PROGRAM, "--version"], text=True, timeout=30)
        except (OSError, subprocess.SubprocessError):
            return "unknown"
        found = re.search(r"ModelServer: *(\S+)", told)
        return found[1] if found else "unknown"

    def serve(self) -> int:
        """Become the server.

        Raises:
            StartError: If the program is none that this machine can run.
        """
        self._settings.write_pid(os.getpid())
        try:
            os.execvp(PROGRAM, [PROGRAM, *server_flags(self._settings)])
        except OSError as error:
            raise StartError(f"{shutil.which(PROGRAM)}: {error.strerror}") from error
