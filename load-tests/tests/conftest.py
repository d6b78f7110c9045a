"""A workspace to run loads in: its targets are small servers of the tests' own."""

import base64
import gzip
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from celsiusify_load_tests.cli.main import main
from celsiusify_load_tests.exit_codes import ExitCode
from celsiusify_load_tests.host.processes import runs
from celsiusify_load_tests.recording.format import DTYPE

TIMEOUT_S = 60
REFERENCE_POINTS = Path(__file__).parents[2] / "reference-points.csv"


@dataclass
class Run:
    """What a finished run left behind."""

    code: int
    stdout: str
    stderr: str
    folder: Path

    @property
    def manifest(self) -> dict[str, Any]:
        """What run.json says."""
        content: dict[str, Any] = json.loads((self.folder / "run.json").read_text())
        return content

    def target(self, name: str = "one") -> dict[str, Any]:
        """What run.json says of a target."""
        entry: dict[str, Any] = self.manifest["targets"][name]
        return entry

    def round(self, name: str = "one", number: int = 0) -> dict[str, Any]:
        """What run.json says of one load of a target."""
        entry: dict[str, Any] = self.target(name)["rounds"][number]
        return entry

    @property
    def code_of_nothing_held(self) -> ExitCode:
        """How a search must have ended that found no rate.

        On a busy machine the generator may have been late, and then nothing is said of the target.
        """
        limits = {"objective": ExitCode.OBJECTIVE_MISSED, "generator": ExitCode.INVALID}
        found = self.manifest["capacity"]["one"]
        assert found["rate_rps"] is None
        return limits[found["limit"]]

    def rows(self, name: str = "one") -> pa.Table:
        """The recorded requests of a target."""
        return pq.read_table(self.folder / f"{name}_requests.parquet")


@dataclass
class Workspace:
    """A folder with a targets.yaml."""

    folder: Path
    targets: dict[str, dict[str, Any]] = field(default_factory=dict)
    program: str = f"{sys.executable} {Path(__file__).parent / 'support' / 'fake_target.py'}"

    def fake(self, **changes: Any) -> dict[str, Any]:
        """An entry of targets.yaml for the fake target, with some keys changed."""
        options = changes.pop("options", "")
        return {
            "title": "A fake",
            "ports": {"http": self.free_port()},
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
        """A port that nothing listens on."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
            return port

    @contextmanager
    def running(self, *options: str, host: str = "127.0.0.1", port: int = 0) -> Iterator["Running"]:
        """A server that nobody who loads it has started, at a free port if none is given."""
        port = port or self.free_port()
        command = [*self.program.split(), "serve", f"--host={host}", f"--port={port}", *options]
        with subprocess.Popen(command) as process:
            try:
                self.wait_for(lambda: _accepts(host, port))
                yield Running(f"http://{host}:{port}", port, process)
            finally:
                process.terminate()

    def start(self, *arguments: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """Start `celsiusify-load-tests` here; its processes can be found by this folder."""
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
        """Write targets.yaml, beside the reference points."""
        shutil.copy(REFERENCE_POINTS, self.folder)
        content = yaml.safe_dump({"targets": self.targets}, sort_keys=False)
        (self.folder / "targets.yaml").write_text(content, encoding="utf-8")

    def finish(self, process: subprocess.Popen[str]) -> Run:
        """Wait for the end of a command."""
        stdout, stderr = process.communicate(timeout=TIMEOUT_S)
        return self.left(process.returncode, stdout, stderr)

    def left(self, code: int, stdout: str = "", stderr: str = "") -> Run:
        """What the last run left behind."""
        folders = sorted(self.folder.glob("results/*"))
        return Run(code, stdout, stderr, folders[-1] if folders else self.folder)

    def command(self, *arguments: str) -> Run:
        """Do what `celsiusify-load-tests` is told, to its end."""
        return self.finish(self.start(*arguments))

    def load(self, *arguments: str) -> Run:
        """Load targets with few users for a second, unless `arguments` say otherwise."""
        quick = ("--users=8", "--warm-up=0", "--run-time=1s", "--no-calibration")
        return self.command("run", *quick, *arguments)

    def interrupt(
        self, process: subprocess.Popen[str], number: signal.Signals, of: str | None = None
    ) -> Run:
        """Send a signal to the command, or to one `of` its workers, once requests are recorded."""
        self.wait_for_rows(of or "worker-*")
        if of is None:
            process.send_signal(number)
        else:
            os.kill(self.pid(of), number)
        return self.finish(process)

    def wait_for_rows(self, of: str = "worker-*", workers: int = 1) -> None:
        """Wait until some requests are recorded of at least so many workers, and of each."""

        def are_there() -> bool:
            files = self.folder.glob(f"results/*/parts/*/{of}.rows")
            sizes = [path.stat().st_size for path in files]
            return len(sizes) >= workers and min(sizes) > 20 * DTYPE.itemsize

        self.wait_for(are_there)

    def pid(self, worker: str) -> int:
        """The process of a worker that records."""
        (journal,) = self.folder.glob(f"results/*/parts/*/{worker}.jsonl")
        pid: int = json.loads(journal.read_text().splitlines()[0])["pid"]
        return pid

    def wait_for(self, happened: Callable[[], bool]) -> None:
        """Wait until something has happened."""
        deadline = time.monotonic() + TIMEOUT_S
        while not happened():
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def processes(self) -> list[psutil.Process]:
        """The processes of this workspace that still run."""
        return [
            process
            for process in psutil.process_iter()
            if _environment(process).get("CELSIUSIFY_TEST") == str(self.folder)
            and runs(process.pid)
        ]

    def leftovers(self) -> list[str]:
        """Their command lines; one may end while it is looked at."""
        lines: list[str] = []
        for process in self.processes():
            with suppress(psutil.NoSuchProcess):  # a zombie is none, either
                lines.append(" ".join(process.cmdline()))
        return lines


@dataclass(frozen=True)
class Running:
    """A server that runs."""

    url: str
    port: int
    process: subprocess.Popen[bytes]


def _accepts(host: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0


def _environment(process: psutil.Process) -> dict[str, str]:
    try:
        return process.environ()
    except psutil.Error:
        return {}


ReadFrames = Callable[[str], dict[str, bytes]]


@pytest.fixture(scope="session")
def read_frames() -> ReadFrames:
    """Makes files of a log's lines again, as whoever reads that must."""
    return _files_of


def _files_of(log: str) -> dict[str, bytes]:
    lines = [line.split() for line in log.splitlines() if line.startswith("CELSIUSIFY ")]
    files: dict[str, bytes] = {}
    digests, pieces = "", ""
    for _, kind, word, *rest in lines:
        if kind == "FILE":
            pieces, sizes = "", rest
        elif kind == "DATA":
            pieces += word
        elif kind == "DONE":
            content = files[word] = gzip.decompress(base64.b64decode(pieces, validate=True))
            digest = hashlib.sha256(content).hexdigest()
            assert sizes == [f"bytes={len(content)}", f"sha256={digest}"]
            digests += f"{word} {digest}\n"
    (begin,), (end,) = ([line for line in lines if line[1] == kind] for kind in ("BEGIN", "END"))
    assert begin[2:] == [end[2], f"files={len(files)}"]
    assert end[3] == f"sha256={hashlib.sha256(digests.encode()).hexdigest()}"
    return files


MakeWorkspace = Callable[[Path], Workspace]


@pytest.fixture(scope="session")
def make_workspace() -> MakeWorkspace:
    """Makes a workspace with two targets, `one` and `two`."""

    def make(folder: Path) -> Workspace:
        made = Workspace(folder)
        made.targets = {"one": made.fake(), "two": made.fake()}
        return made

    return make


@pytest.fixture
def workspace(tmp_path: Path, make_workspace: MakeWorkspace) -> Workspace:
    """A workspace with two targets, `one` and `two`."""
    return make_workspace(tmp_path)


Refuse = Callable[[list[str]], str]


@pytest.fixture
def refuse(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Refuse:
    """Gives a command that makes no sense; returns the one line that it is answered in."""

    def give(arguments: list[str]) -> str:
        workspace.write()
        monkeypatch.chdir(workspace.folder)
        with pytest.raises(SystemExit) as end:
            sys.exit(main(arguments))
        printed = capsys.readouterr()
        assert end.value.code == ExitCode.USAGE
        assert (printed.err.count("\n"), printed.out) == (1, "")
        assert not (workspace.folder / "results").exists()
        return printed.err

    return give


Play = Callable[[socket.socket], None]


class PlayedServer:
    """A server that plays a part on each connection, the last part on all that follow."""

    def __init__(self, family: socket.AddressFamily, plays: tuple[Play, ...]) -> None:
        host = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}[family]
        self.accepted = 0
        self._plays = plays
        self._listener = socket.create_server((host, 0), family=family)
        self.address: tuple[str, int] = self._listener.getsockname()[:2]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        with ExitStack() as connections:
            while True:
                connection, _ = self._listener.accept()
                connections.enter_context(connection)
                play = self._plays[min(self.accepted, len(self._plays) - 1)]
                self.accepted += 1
                if not self._running:
                    return
                play(connection)

    _running = True

    def stop(self) -> None:
        """Serve no more."""
        self._running = False
        with socket.create_connection(self.address):
            self._thread.join()
        self._listener.close()


Serve = Callable[..., PlayedServer]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts servers."""
    servers: list[PlayedServer] = []

    def start(*plays: Play, family: socket.AddressFamily = socket.AF_INET) -> PlayedServer:
        servers.append(PlayedServer(family, plays))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()
