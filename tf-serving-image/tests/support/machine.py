"""A made-up machine: the programs on its PATH, and a model to serve."""

import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TOOLS = ("cat", "rm", "sleep", "touch")  # the programs that the scripts below call

MODEL_SERVER = """#!/bin/sh
[ "$1" = --version ] && { echo "TensorFlow ModelServer: 2.20.0-rc1+dev"; exit 0; }
echo "$$ $*" > "$0.started"
[ -e "$0.ends" ] && exit 7
exec sleep 60
"""

# The engine keeps its state in files beside it: its command lines, whether it answers, the image's
# labels, and the process that stands for a container.
CONTAINER_ENGINE = """#!/bin/sh
echo "$*" >> "$0.commands"
case "$1" in
version) [ -e "$0.answers" ] ;;
image) cat "$0.labels" ;;
run)
    [ -e "$0.slow" ] && sleep 1
    [ -e "$0.ends" ] && exit 7
    sleep 60 & echo $! > "$0.pid"; wait; rm "$0.pid"; exit 137 ;;
inspect) cat "$0.pid" ;;
stop) [ -e "$0.pid" ] && kill -9 "$(cat "$0.pid")" ;;
esac
"""


class Machine:
    """A machine on which the command searches for engines.

    Attributes:
        bin: The only folder on the PATH.
        model: The folder of a model with the versions 1 and 12.
    """

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.bin.mkdir()
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool) or f"/bin/{tool}")
        self.model = folder / "models" / "celsiusify"
        for number in ("1", "12", ".exporting-x"):
            (self.model / number).mkdir(parents=True)

    def add(self, program: str, script: str) -> Path:
        """Put a program on the PATH."""
        path = self.bin / program
        path.write_text(script)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    def add_model_server(self) -> Path:
        """Install a server that writes down its process id and flags."""
        return self.add("tensorflow_model_server", MODEL_SERVER)

    def add_engine(self, program: str, labels: str | None = "{}", *, answers: bool = True) -> Path:
        """Install a container engine; with `labels`, it has the image."""
        path = self.add(program, CONTAINER_ENGINE)
        if answers:
            path.with_suffix(".answers").touch()
        if labels is not None:
            path.with_suffix(".labels").write_text(labels)
        return path

    def environment(self) -> dict[str, str]:
        """Return a process's environment: this machine's PATH, and none of the user's settings."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("CELSIUSIFY_") and name != "VERSION"
        }
        return kept | {"PATH": str(self.bin)}

    def command(self, subcommand: str, *options: object) -> list[str]:
        """Return a command line with this machine's model."""
        arguments = [subcommand, f"--model_base_path={self.model}", *map(str, options)]
        return [sys.executable, "-m", "celsiusify_tf_serving", *arguments]

    def run(
        self, subcommand: str, *options: object, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run the command to its end."""
        return subprocess.run(
            self.command(subcommand, *options),
            env=self.environment() | environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    @contextmanager
    def serving(
        self, *options: object, cores: set[int] | None = None
    ) -> Iterator[subprocess.Popen[str]]:
        """Run the command's server during the block."""
        process = subprocess.Popen(
            self.command("serve", *options),
            env=self.environment(),
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: os.sched_setaffinity(0, cores) if cores else None,
        )
        try:
            yield process
        finally:
            process.terminate()
            process.communicate(timeout=30)


def read_when(path: Path, content: str = "") -> str:
    """Read a file as soon as its text is complete and contains `content`."""
    deadline_s = time.monotonic() + 20
    while time.monotonic() < deadline_s:
        text = path.read_text() if path.is_file() else ""
        if text.endswith("\n") and content in text:
            return text
        time.sleep(0.02)
    raise AssertionError(f"{path.name} was not written in time")
