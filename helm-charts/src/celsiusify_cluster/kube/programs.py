"""Find and run external programs."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from celsiusify_cluster.errors import ClusterError

BY_TOOLS = "`make tools` downloads it"


def own_folder() -> Path:
    """Return the folder of the running Python, which has its environment's commands."""
    return Path(sys.executable).parent


def find_program(name: str, way_out: str = BY_TOOLS) -> str:
    """Find a program on the PATH, or where `tools` puts it.

    Raises:
        ClusterError: If the program isn't installed.
    """
    found = shutil.which(name) or shutil.which(name, path=own_folder())
    if found is None:
        raise ClusterError(f"{name} isn't installed: {way_out}")
    return found


def run(command: Sequence[str], stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, unaffected by the terminal's Ctrl-C; it may fail."""
    return subprocess.run(
        command,
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )


def show(command: Sequence[str], env: Mapping[str, str]) -> str:
    """Run a program whose progress goes to stderr, and return its output.

    Raises:
        ClusterError: If the program fails; its own messages are above.
    """
    finished = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        env={**os.environ, **env},
        text=True,
        check=False,
    )
    if finished.returncode:
        name = Path(command[0]).name
        raise ClusterError(f"`{name} {' '.join(command[1:3])}` failed: its last line says why")
    return finished.stdout
