"""Run `celsiusify-load-tests` in a folder whose targets are small servers of the tests."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from celsiusify_load_tests.exit_codes import ExitCode
from celsiusify_load_tests.host.processes import runs
from celsiusify_load_tests.recording.format import DTYPE
from support.servers import accepts, free_port

TIMEOUT_S = 60
REFERENCE_POINTS_CSV = Path(__file__).parents[3] / "reference-points.csv"
FAKE_TARGET = f"{sys.executable} {Path(__file__).parent / 'fake_target.py'}"

MakeWorkspace = Callable[[Path], "Workspace"]
Refuse = Callable[[list[str]], str]
"""A function that runs an invalid command and returns the line on stderr."""


@dataclass
class Run:
    """The results of a finished command."""

    code: int
    stdout: str
    stderr: str
    folder: Path

    @property
    def manifest(self) -> dict[str, Any]:
        """The content of run.json."""
        content: dict[str, Any] = json.loads((self.folder / "run.json").read_text())
        return content

    def target(self, name: str = "one") -> dict[str, Any]:
        """Return a target's entry in run.json."""
        entry: dict[str, Any] = self.manifest["targets"][name]
        return entry

    def round(self, name: str = "one", number: int = 0) -> dict[str, Any]:
        """Return the entry of a target's round in run.json."""
        entry: dict[str, Any] = self.target(name)["rounds"][number]
        return entry

    @property
    def code_of_nothing_held(self) -> ExitCode:
        """The expected exit code of a capacity search that found no rate.

        On a busy machine the generator may have been late; then the target isn't judged.
        """
        limits = {"objective": ExitCode.OBJECTIVE_MISSED, "generator": ExitCode.INVALID}
        capacity = self.manifest["capacity"]["one"]
        assert capacity["rate_rps"] is None
        return limits[capacity["limit"]]

    def rows(self, name: str = "one") -> pa.Table:
        """Read a target's recorded requests."""
        return pq.read_table(self.folder / f"{name}_requests.parquet")


@dataclass(frozen=True)
class Running:
    """A running fake target."""

    url: str
    port: int
    process: subprocess.Popen[bytes]


@dataclass
class Workspace:
    """A folder with a targets.yaml."""

    folder: Path
    targets: dict[str, dict[str, Any]] = field(default_factory=dict)
    program: str = FAKE_TARGET

    def fake(self, **changes: Any) -> dict[str, Any]:
        """Return an entry of targets.yaml for the fake target, with some keys changed."""
        options = changes.pop("options", "")
        return {
            "title": "A fake",
            "ports": {"http": free_port()},
            "health": "/health",
            "request": {"method": "GET", "path": "/convert/?fahrenheit=$fahrenheit"},
            "answer": {"celsius": "celsius", "instance": "instance"},
            "metrics": {
                "path": "/metrics",
                "counter": ":tensorflow:serving:request_count",
                "labels": {"model_name": "celsiusify"},
            },
            "serve": {"command": f"{self.program} serve --port $http {options}"},
            "describe": f"{self.program} describe",
            **changes,
        }

    def free_port(self) -> int:
        """Return a port that nothing listens on."""
        return free_port()

    @contextmanager
    def running(self, *options: str, host: str = "127.0.0.1", port: int = 0) -> Iterator[Running]:
        """Run a fake target that no load starts; port 0 means a free port."""
        port = port or free_port()
        command = [*self.program.split(), "serve", f"--host={host}", f"--port={port}", *options]
        with subprocess.Popen(command) as process:
            try:
                self.wait_for(lambda: accepts(host, port))
                yield Running(f"http://{host}:{port}", port, process)
            finally:
                process.terminate()

    def start(self, *arguments: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """Start `celsiusify-load-tests`; a variable with the folder marks its processes."""
        self.write()
        return subprocess.Popen(
            [sys.executable, "-m", "celsiusify_load_tests", *arguments],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "CELSIUSIFY_TEST": str(self.folder), **(env or {})},
            start_new_session=True,
        )

    def write(self) -> None:
        """Write targets.yaml, and copy the reference points."""
        shutil.copy(REFERENCE_POINTS_CSV, self.folder)
        content = yaml.safe_dump({"targets": self.targets}, sort_keys=False)
        (self.folder / "targets.yaml").write_text(content, encoding="utf-8")

    def finish(self, process: subprocess.Popen[str]) -> Run:
        """Wait for a command's end and return its results."""
        stdout, stderr = process.communicate(timeout=TIMEOUT_S)
        return self.left(process.returncode, stdout, stderr)

    def left(self, code: int, stdout: str = "", stderr: str = "") -> Run:
        """Return the results of the last run in the folder."""
        folders = sorted(self.folder.glob("results/*"))
        return Run(code, stdout, stderr, folders[-1] if folders else self.folder)

    def command(self, *arguments: str) -> Run:
        """Run `celsiusify-load-tests` to its end."""
        return self.finish(self.start(*arguments))

    def load(self, *arguments: str) -> Run:
        """Load targets by eight users for a second, unless the arguments differ."""
        quick = ("--users=8", "--warm-up=0", "--run-time=1s", "--no-calibration")
        return self.command("run", *quick, *arguments)

    def interrupt(
        self, process: subprocess.Popen[str], number: signal.Signals, of: str | None = None
    ) -> Run:
        """Send a signal to a command, or to its worker `of`, once requests are recorded."""
        self.wait_for_rows(of or "worker-*")
        if of is None:
            process.send_signal(number)
        else:
            os.kill(self.pid(of), number)
        return self.finish(process)

    def wait_for_rows(self, of: str = "worker-*", workers: int = 1) -> None:
        """Wait until each worker has recorded requests, and `workers` of them exist."""

        def are_recorded() -> bool:
            files = self.folder.glob(f"results/*/parts/*/{of}.rows")
            sizes = [path.stat().st_size for path in files]
            return len(sizes) >= workers and min(sizes) > 20 * DTYPE.itemsize

        self.wait_for(are_recorded)

    def pid(self, worker: str) -> int:
        """Return the process identifier of a recording worker."""
        (journal,) = self.folder.glob(f"results/*/parts/*/{worker}.jsonl")
        pid: int = json.loads(journal.read_text().splitlines()[0])["pid"]
        return pid

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition is true."""
        deadline = time.monotonic() + TIMEOUT_S
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def processes(self) -> list[psutil.Process]:
        """Return the processes of this workspace that still run."""
        return [
            process
            for process in psutil.process_iter()
            if _environment(process).get("CELSIUSIFY_TEST") == str(self.folder)
            and runs(process.pid)
        ]

    def leftovers(self) -> list[str]:
        """Return the command lines of the processes that still run."""
        lines: list[str] = []
        for process in self.processes():
            with suppress(psutil.NoSuchProcess):  # of a process that ends meanwhile, or a zombie
                lines.append(" ".join(process.cmdline()))
        return lines


def workspace_with_two_targets(folder: Path) -> Workspace:
    """Return a workspace with the fake targets `one` and `two`."""
    workspace = Workspace(folder)
    workspace.targets = {"one": workspace.fake(), "two": workspace.fake()}
    return workspace


def _environment(process: psutil.Process) -> dict[str, str]:
    try:
        return process.environ()
    except psutil.Error:
        return {}
