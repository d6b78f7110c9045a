"""A leader and its workers as real processes, each of which takes this machine for its own."""

import csv
import os
import platform
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import psutil
import pyarrow.compute as pc
import pytest

from celsiusify_load_tests.cli.main import main
from celsiusify_load_tests.exit_codes import ExitCode
from support.workspace import MakeWorkspace, Refuse, Run, Workspace

pytestmark = pytest.mark.slow

QUICK = ("--users=8", "--warm-up=0", "--no-calibration")
SKEW_S = 2
SKEWED = f"""\
import time

right = time.time_ns
time.time_ns = lambda: right() + {SKEW_S} * 10**9
"""
ON_ONE_CORE = "import os; os.sched_setaffinity(0, [{core}])"
OTHER_PYTHON = "import platform; platform.python_version = lambda: '3.0.0'"


@dataclass
class Machines:
    """A leader, and workers that look for it."""

    workspace: Workspace
    workers: list[subprocess.Popen[str]] = field(default_factory=list)
    leader: subprocess.Popen[str] | None = None
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.control_port = self.workspace.free_port()

    def join(self, patch: str = "") -> None:
        """Start a worker, in whose Python something may be different."""
        env = {}
        if patch:
            folder = self.workspace.folder / f"patch-{len(self.workers)}"
            folder.mkdir()
            (folder / "sitecustomize.py").write_text(patch, encoding="utf-8")
            env["PYTHONPATH"] = str(folder)
        address = f"--leader=127.0.0.1:{self.control_port}"
        self.workers.append(self.workspace.start("worker", address, env=env))

    def lead(self, *arguments: str, workers: int) -> subprocess.Popen[str]:
        """Start the leader of a run with so many workers."""
        verb, *rest = arguments
        self.leader = self.workspace.start(
            *(verb, *rest, f"--workers={workers}", f"--control-port={self.control_port}"),
            f"--locust-port={self.workspace.free_port()}",
        )
        return self.leader

    def finish(self) -> Run:
        """Wait for all; what the workers said is in `told`."""
        assert self.leader is not None
        run = self.workspace.finish(self.leader)
        self.told = [worker.communicate(timeout=60)[1] for worker in self.workers]
        return run

    @property
    def codes(self) -> list[int]:
        """How the workers ended."""
        return [worker.returncode for worker in self.workers]

    def wait_until_loaded(self) -> None:
        """Wait until rows of every worker have come to the leader."""
        self.workspace.wait_for_rows(workers=len(self.workers))


@pytest.fixture
def machines(workspace: Workspace) -> Iterator[Machines]:
    """Machines that are there no more after the test."""
    made = Machines(workspace)
    yield made
    for process in workspace.processes():
        with suppress(psutil.NoSuchProcess):  # it has just ended
            process.kill()
    for started in filter(None, [made.leader, *made.workers]):
        started.communicate()


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory, make_workspace: MakeWorkspace) -> Run:
    """A target loaded by two workers, one of whose clocks is 2 s ahead."""
    workspace = make_workspace(tmp_path_factory.mktemp("loaded"))
    made = Machines(workspace)
    made.join()
    made.join(SKEWED)
    with workspace.running() as server:
        made.lead("run", "one", f"--host={server.url}", *QUICK, "--run-time=2s", workers=2)
        run = made.finish()
    assert (run.code, run.stderr, made.codes, made.told) == (ExitCode.OK, "", [0, 0], ["", ""])
    assert workspace.leftovers() == []
    return run


def test_workers_share_a_load_and_leave_one_record(loaded: Run) -> None:
    """It is as from one machine: rows of both, as many as the server counted, and their usage."""
    rows, entry = loaded.rows(), loaded.round()
    assert sorted(rows["worker"].unique().to_pylist()) == [0, 1]
    assert entry["counts"]["server"] == entry["counts"]["started"] == rows.num_rows > 100
    assert entry["connections"]["opened"] == 8
    with (loaded.folder / "one_usage.csv").open(newline="") as file:
        usage = list(csv.DictReader(file))
    assert {row["role"] for row in usage} == {"target", "worker-0", "worker-1"}
    assert {row["round"] for row in usage} == {"0"}
    assert {path.name for path in loaded.folder.iterdir()} == {
        "run.json", "load.json", "one_requests.parquet", "one_usage.csv", "one_users.csv",
    }  # fmt: skip


def test_a_clock_that_is_ahead_is_reported_and_corrected(loaded: Run) -> None:
    """All times are the leader's: of rows, of usage, and of the load's begin and end."""
    workers = loaded.manifest["generator"]["workers"]
    assert len({worker["name"] for worker in workers}) == 2
    (ahead,) = (at for at, worker in enumerate(workers) if worker["clock_offset_ms"] > 1000)
    assert workers[ahead]["clock_offset_ms"] / 1000 == pytest.approx(SKEW_S, abs=0.05)
    assert workers[1 - ahead]["clock_offset_ms"] / 1000 == pytest.approx(0, abs=0.05)
    offsets = loaded.round()["clock_offset_ms"][workers[ahead]["name"]]
    assert offsets["before"] / 1000 == pytest.approx(SKEW_S, abs=0.05)
    assert offsets["after"] == pytest.approx(offsets["before"], abs=50)
    entry = loaded.round()
    for worker in (0, 1):
        rows = loaded.rows().filter(pc.field("worker") == worker)
        assert abs(pc.min(rows["start_ns"]).as_py() - entry["started_ns"]) < 1e9
        assert abs(pc.max(rows["end_ns"]).as_py() - entry["ended_ns"]) < 1e9


@pytest.mark.slow
def test_each_arrival_falls_to_one_of_the_workers(machines: Machines) -> None:
    """In each round, and every worker has its share."""
    for _ in range(3):
        machines.join()
    with machines.workspace.running() as server:
        machines.lead(
            *("run", "one", f"--host={server.url}"),
            *("--load=poisson", "--rate=200", "--warm-up=0", "--run-time=1s", "--cool-down=0"),
            *("--rounds=2", "--no-calibration"),
            workers=3,
        )
        run = machines.finish()
    assert (run.code, run.stderr, machines.codes) == (ExitCode.OK, "", [0, 0, 0])
    for name, number in run.manifest["sequence"]:
        entry = run.round(name, number)
        rows = run.rows(name).filter(pc.field("round") == number)
        assert sorted(rows["seq"].to_pylist()) == list(range(entry["schedule"]["arrivals"]))
        assert set(rows["worker"].to_pylist()) == {0, 1, 2}
        assert entry["counts"]["server"] == entry["counts"]["started"] == rows.num_rows > 100


@pytest.mark.parametrize(
    ("number", "of_supervisor", "problem"),
    [
        (signal.SIGKILL, True, "no heartbeat from worker NAME for 5 s"),
        (signal.SIGKILL, False, "worker NAME: load process 1 ended with code -9"),
        pytest.param(
            signal.SIGSTOP,
            False,
            "worker NAME: load process 1 recorded nothing for 5 s",
        ),
    ],
)
def test_a_lost_worker_ends_the_load_and_what_came_is_kept(
    machines: Machines, number: signal.Signals, of_supervisor: bool, problem: str
) -> None:
    machines.join()
    machines.join()
    with machines.workspace.running() as server:
        machines.lead("run", "one", f"--host={server.url}", *QUICK, "--run-time=5m", workers=2)
        machines.wait_until_loaded()
        maker = machines.workspace.pid("worker-1")
        victim = psutil.Process(maker).ppid() if of_supervisor else maker
        os.kill(victim, number)
        run = machines.finish()
    assert run.code == ExitCode.INVALID
    entry = run.round()
    name = run.manifest["generator"]["workers"][1]["name"]
    assert (entry["state"], run.target()["state"]) == ("failed", "failed")
    assert problem.replace("NAME", name) in entry["problem"]
    assert problem.replace("NAME", name) in run.stderr
    rows = run.rows()["worker"].to_pylist()
    assert min(Counter(rows).values()) > 10
    assert Counter(rows).keys() == {0, 1}
    assert sorted(machines.codes) == ([-9, 0] if of_supervisor else [0, 0])


def test_a_leader_that_is_told_to_stop_collects_all(machines: Machines) -> None:
    machines.join()
    machines.join()
    with machines.workspace.running() as server:
        leader = machines.lead("run", "one", f"--host={server.url}", *QUICK, workers=2)
        machines.wait_until_loaded()
        leader.send_signal(signal.SIGTERM)
        run = machines.finish()
    assert (run.code, machines.codes) == (ExitCode.INTERRUPTED, [0, 0])
    entry = run.round()
    assert entry["problem"] == "stopped before its time was over"
    assert entry["counts"]["started"] == entry["counts"]["server"] == run.rows().num_rows > 0
    assert machines.workspace.leftovers() == []


@pytest.mark.slow
def test_a_worker_that_is_told_to_stop_says_so(machines: Machines) -> None:
    machines.join()
    with machines.workspace.running() as server:
        machines.lead("run", "one", f"--host={server.url}", *QUICK, workers=1)
        machines.wait_until_loaded()
        machines.workers[0].send_signal(signal.SIGTERM)
        run = machines.finish()
    assert (run.code, machines.codes) == (ExitCode.INVALID, [ExitCode.INTERRUPTED])
    assert "of 300 s" in run.round()["problem"]
    assert run.round()["counts"]["server"] == run.rows().num_rows
    assert machines.workspace.leftovers() == []


@pytest.mark.slow
def test_a_capacity_is_searched_with_workers(machines: Machines) -> None:
    """No rate holds an objective that no server can: the lowest is tried, and the search ends."""
    machines.join()
    with machines.workspace.running() as server:
        machines.lead(
            *("capacity", "one", f"--host={server.url}", "--p99=0.0001", "--start-rate=2"),
            *("--step-time=1s", "--warm-up=0", "--no-calibration"),
            workers=1,
        )
        run = machines.finish()
    assert (run.code, machines.codes) == (run.code_of_nothing_held, [0]), run.stdout + run.stderr
    assert run.round()["state"] == "complete"


@pytest.mark.alone
def test_workers_try_themselves_even_on_a_single_core(machines: Machines) -> None:
    """What two can do is added up, and said to be that."""
    core = min(psutil.Process().cpu_affinity() or [0])
    for _ in range(2):
        machines.join(ON_ONE_CORE.format(core=core))
    with machines.workspace.running() as server:
        machines.lead(
            *("run", "one", f"--host={server.url}", "--users=8", "--warm-up=0", "--run-time=1s"),
            workers=2,
        )
        run = machines.finish()
    assert (run.code, run.stderr, machines.codes) == (ExitCode.OK, "", [0, 0])
    ability = run.manifest["calibration"]["HTTP/1.1"]
    assert ability["rate_rps"] > 500
    assert ability["how"].startswith("2 workers at the same time")


def test_other_versions_are_refused(machines: Machines) -> None:
    machines.join(OTHER_PYTHON)
    machines.lead("run", "one", "--host=http://127.0.0.1:1", workers=1)
    run = machines.finish()
    assert (run.code, machines.codes) == (ExitCode.USAGE, [ExitCode.USAGE])
    for said in (run.stderr, *machines.told):
        assert said.count("\n") == 1
        assert f"has python 3.0.0 instead of {platform.python_version()}" in said
    assert not (machines.workspace.folder / "results").exists()


def test_a_worker_that_never_comes_is_told(machines: Machines) -> None:
    machines.lead("run", "one", "--host=http://127.0.0.1:1", "--worker-timeout=1", workers=2)
    run = machines.finish()
    assert run.code == ExitCode.USAGE
    assert "0 of 2 workers registered within 1 s; start each with" in run.stderr
    assert run.stderr.count("\n") == 1
    assert not (machines.workspace.folder / "results").exists()


def test_a_leader_that_is_not_there_is_told(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    port = workspace.free_port()
    assert main(["worker", f"--leader=127.0.0.1:{port}", "--worker-timeout=0.1"]) == ExitCode.USAGE
    said = capsys.readouterr().err
    assert f"no leader: http://127.0.0.1:{port} didn't answer for 0.1 s" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["run", "one", "--workers=2"], "--workers needs --host one=URL"),
        (
            ["run", "one", "--host=http://h:1", "--workers=3", "--users=2"],
            "2 users are too few for 3 load processes",
        ),
        (["run", "one", "--workers=x"], "'--workers': 'x' is not a valid integer"),
        (["run", "one", "--control-port=0"], "'--control-port': 0 is not in the range"),
        (["run", "one", "--host=http://h:1", "--workers=1", "--listen=192.0.2.1"], "can't listen"),
        (["worker"], "Missing option '--leader'"),
        (["worker", "--leader=http://h"], "'http://h'; expected HOST or HOST:PORT"),
    ],
)
def test_a_wrong_command_is_answered_in_one_line(
    refuse: Refuse, arguments: list[str], complaint: str
) -> None:
    assert complaint in refuse(arguments)
