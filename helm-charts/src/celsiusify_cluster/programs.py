"""The programs of others that do the work: where they are, and how they are run."""

import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from celsiusify_cluster.errors import ClusterError

HOW_TO_INSTALL = {
    "helm": "`make tools` downloads it",
    "kubectl": "`make tools` downloads it",
}


def own_folder() -> Path:
    """The folder of the Python that runs this, where its environment's commands are."""
    return Path(sys.executable).parent


def find_program(name: str, way_out: str = "") -> str:
    """Find a program on the PATH, or else where `tools` puts it.

    Raises:
        ClusterError: If it is in neither.
    """
    found = shutil.which(name) or shutil.which(name, path=own_folder())
    if found is None:
        raise ClusterError(f"{name} isn't installed: {way_out or HOW_TO_INSTALL[name]}")
    return found


def run(
    command: Sequence[str],
    stdin: str | None = None,
    env: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, out of reach of the terminal's Ctrl-C; it may fail."""
    return subprocess.run(
        command,
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )
