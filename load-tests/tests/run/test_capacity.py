"""The verb `capacity`: its searches against a queue that is computed, its ends against a server."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pyarrow as pa
import pytest

from celsiusify_load_tests.cli.main import main
from celsiusify_load_tests.config.targets import Target
from celsiusify_load_tests.exit_codes import ExitCode
from celsiusify_load_tests.preflight import answers
from celsiusify_load_tests.recording.run_folder import append_lines
from celsiusify_load_tests.run import capacity as capacity_run
from celsiusify_load_tests.run.plan import RunContext
from celsiusify_load_tests.run.result import COMPLETE, FAILED, Round, TargetResult
from celsiusify_load_tests.servers.local import Server
from celsiusify_load_tests.servers.usage import COLUMNS
from support.workspace import Refuse, Run, Workspace

SECOND_NS = 1_000_000_000


class Targets:
    """In place of servers and loads: latencies that follow from the rate and a limit."""

    def __init__(self, limits_rps: dict[str, float], generator_rps: float = np.inf) -> None:
        self.limits_rps = limits_rps
        self.generator_rps = generator_rps
        self.broken_from = 1000
        self.up: list[str] = []

    @contextmanager
    def reachable(
        self, target: Target, context: RunContext, measured: TargetResult
    ) -> Iterator[Server]:
        """Serve a target."""
        self.up.append(target.name)
        yield Server("http://127.0.0.1:1")

    def load_round(
        self, target: Target, server: Server, context: RunContext, entry: Round
    ) -> pa.Table:
        """Load it for a second."""
        if entry.round >= self.broken_from:
            entry.state, entry.problem = FAILED, "worker 0 didn't close its record"
            return pa.table({})
        assert entry.rate_rps is not None
        entry.state, entry.problem = COMPLETE, None
        entry.started_ns = entry.steady_from_ns = SECOND_NS * 10 * (entry.round + 1)
        entry.steady_until_ns = entry.steady_from_ns + SECOND_NS
        busy_s = 0.99 if entry.rate_rps > self.generator_rps else 0.5
        samples = [
            (entry.round, entry.steady_from_ns + 1, "worker-0", 1, 0, 0),
            (entry.round, entry.steady_until_ns - 1, "worker-0", 1, busy_s, 0),
        ]
        append_lines(context.path(target, "usage.csv"), COLUMNS, samples)
        slow = entry.rate_rps > min(self.limits_rps[target.name], self.generator_rps)
        due_ns = entry.steady_from_ns + np.arange(100) * 1_000_000
        return pa.table(
            {
                "intended_ns": due_ns,
                "start_ns": due_ns,
                "end_ns": due_ns + (100_000_000 if slow else 1_000_000),
                "lag_us": np.zeros(100, np.int32),
                "outcome": pa.array(["succeeded"] * 100).dictionary_encode(),
            }
        )


def search(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, targets: Targets, *options: str
) -> Run:
    """Search the capacities of `one` and `two` in this process."""
    monkeypatch.chdir(workspace.folder)
    monkeypatch.setattr(capacity_run, "reachable", targets.reachable)
    monkeypatch.setattr(capacity_run, "load_round", targets.load_round)
    monkeypatch.setattr(answers, "check", lambda *_: {})
    workspace.write()
    code = main(
        ["capacity", "one", "two", "--no-calibration", "--quiet", "--cool-down=0", *options]
    )
    return workspace.left(code)


def test_each_targets_capacity_is_searched_in_turn(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rates tried are rounds in run.json, with their phase; each target is started once."""
    targets = Targets({"one": 500, "two": 3000})
    run = search(workspace, monkeypatch, targets)
    capacity = run.manifest["capacity"]

    assert run.code == ExitCode.OK
    assert targets.up == ["one", "two"]
    assert run.manifest["kind"] == "capacity"
    assert run.manifest["load"]["model"] == "poisson"
    assert run.manifest["load"]["rate_rps"] is None
    for name, limit_rps in targets.limits_rps.items():
        rounds = run.target(name)["rounds"]
        phases = [entry["phase"] for entry in rounds]
        assert limit_rps / 1.03 < capacity[name]["rate_rps"] <= limit_rps
        assert capacity[name]["limit"] == "objective"
        assert capacity[name]["confirmations"] == [True] * 3
        assert capacity[name]["objective"] == {
            "percentile": 99,
            "latency_ms": 50,
            "failures_percent": 0.1,
        }
        assert [entry["round"] for entry in rounds] == list(range(len(rounds)))
        assert rounds[0]["rate_rps"] == 100
        assert rounds[-1]["rate_rps"] == capacity[name]["rate_rps"]
        assert phases == sorted(phases, key=["bracket", "bisect", "confirm"].index)
        assert run.target(name)["state"] == "complete"


def test_a_busy_generator_makes_it_at_least(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where its core was used up when the objective was missed, the limit is the generator's."""
    run = search(workspace, monkeypatch, Targets({"one": 500, "two": 3000}, generator_rps=900))
    capacity = run.manifest["capacity"]

    assert run.code == ExitCode.OK
    assert capacity["one"]["limit"] == "objective"
    assert capacity["two"]["limit"] == "generator"
    assert 900 / 1.03 < capacity["two"]["rate_rps"] <= 900


def test_a_record_that_breaks_makes_it_invalid(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is concluded from a step that isn't whole."""
    targets = Targets({"one": 500, "two": 3000})
    targets.broken_from = 2
    run = search(workspace, monkeypatch, targets)

    assert run.code == ExitCode.INVALID
    assert run.manifest["capacity"] is None
    assert [entry["state"] for entry in run.target("one")["rounds"]] == [
        "complete",
        "complete",
        "failed",
    ]


@pytest.mark.parametrize(
    ("generator_rps", "limit", "code"),
    [(np.inf, "objective", ExitCode.OBJECTIVE_MISSED), (0.1, "generator", ExitCode.INVALID)],
)
def test_where_no_rate_holds_the_limit_says_whose_fault_it_is(
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    generator_rps: float,
    limit: str,
    code: ExitCode,
) -> None:
    targets = Targets({"one": 0.1, "two": 0.1}, generator_rps)
    run = search(workspace, monkeypatch, targets)

    assert run.code == code == run.code_of_nothing_held
    assert run.manifest["capacity"]["one"]["limit"] == limit


def test_options_change_objective_and_search(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A looser objective holds any rate of this target: then the search ends by its bounds."""
    options = ("--p99=200", "--max-failures=2", "--start-rate=2500", "--confirm=1")
    run = search(workspace, monkeypatch, Targets({"one": 5, "two": 5}), "--load=constant", *options)

    assert run.code == ExitCode.INVALID
    assert run.manifest["load"]["model"] == "constant"
    assert run.target("one")["rounds"][0]["rate_rps"] == 2500
    assert run.target("one")["rounds"][1]["rate_rps"] == 5000


def test_a_search_is_repeated_by_its_own_specification(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The objective and the bounds of the search are part of the load."""
    targets = Targets({"one": 5, "two": 5})
    first = search(workspace, monkeypatch, targets, "--p99=200", "--start-rate=20", "--confirm=1")
    spec = str(first.folder / "load.json")
    code = main(["capacity", f"--spec={spec}", "--quiet"])
    second = workspace.left(code)
    assert second.folder != first.folder
    assert second.manifest["load"] == first.manifest["load"]
    assert second.manifest["load"]["search"]["objective"]["latency_ms"] == 200
    assert second.manifest["capacity"] == first.manifest["capacity"]


@pytest.mark.parametrize(
    ("search", "complaint"),
    [
        ("null", "a capacity search needs an open load"),
        ("3", "load.yaml: search: Input should be"),
        ("{start_rps: x}", "load.yaml: search.start_rps: Input should be a valid number"),
    ],
)
def test_a_wrong_search_is_told_in_one_line(
    workspace: Workspace, refuse: Refuse, search: str, complaint: str
) -> None:
    """Also that of a run, which is no search and has a closed load."""
    (workspace.folder / "load.yaml").write_text(f"model: closed\nsearch: {search}\n")
    assert complaint in refuse(["capacity", "one", "--spec=load.yaml"])


def test_an_objective_that_nothing_holds_is_missed(workspace: Workspace) -> None:
    """A real load at the lowest rate: what was recorded is kept."""
    run = workspace.command(
        *("capacity", "one", "--start-rate=1", "--p99=0.001", "--step-time=3s", "--warm-up=1s"),
        "--no-calibration",
    )
    (entry,) = run.target()["rounds"]

    assert run.code == run.code_of_nothing_held
    assert "not even the lowest rate holds p99 ≤ 0.001 ms" in run.stdout
    assert entry["rate_rps"] == 1
    assert entry["phase"] == "bracket"
    assert entry["counts"]["started"] == entry["schedule"]["arrivals"] == run.rows().num_rows
    assert entry["counts"]["server"] == entry["counts"]["started"]


def test_an_interrupted_search_keeps_what_it_recorded(workspace: Workspace) -> None:
    """After Ctrl-C the round under way is there, marked as such, and the target is stopped."""
    process = workspace.start("capacity", "one", "--step-time=60s", "--no-calibration")
    run = workspace.interrupt(process, signal.SIGINT)

    assert run.code == ExitCode.INTERRUPTED
    assert run.target()["state"] == "interrupted"
    assert run.manifest["capacity"] is None
    assert run.rows().num_rows > 10
    assert workspace.leftovers() == []


def test_arrivals_can_be_loaded_without_a_search(workspace: Workspace) -> None:
    """`run --load poisson` says in run.json what came, and its rows carry when each was due."""
    run = workspace.command(
        *("run", "one", "--load=poisson", "--rate=80", "--run-time=1s", "--warm-up=1s"),
        *("--max-in-flight=9", "--no-calibration"),
    )
    (entry,) = run.target()["rounds"]

    assert run.code == ExitCode.OK
    load = run.manifest["load"]
    assert (load["model"], load["rate_rps"], load["limits"]["max_in_flight"]) == ("poisson", 80, 9)
    assert entry["rate_rps"] == 80
    assert entry["schedule"]["arrivals"] == run.rows().num_rows
    assert entry["steady_from_ns"] == entry["schedule"]["begin_ns"] + SECOND_NS
    assert run.rows()["intended_ns"].null_count == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "one", "--load=poisson"], "a poisson load needs its rate: --rate N"),
        (
            ["run", "one", "--rate=5"],
            "rate_rps (--rate) is for an open load; expected",
        ),
        (["run", "one", "--load=some"], "'some' is not one of 'closed', 'constant'"),
        (["run", "one", "--load=poisson", "--rate=0"], "0.0 is not in the range x>0"),
        (
            ["run", "one", "--load=poisson", "--rate=nan"],
            "Input should be a finite number",
        ),
        (["capacity", "one", "--load=closed"], "a capacity search needs an open load"),
        (["capacity", "one", "--users=3"], "No such option '--users'"),
        (
            ["capacity", "one", "--load=some"],
            "'some' is not one of 'closed', 'constant'",
        ),
        (["capacity", "one", "--p99=x"], "'x' is not a valid float"),
    ],
)
def test_mistakes_in_loads_are_told_in_one_line(
    refuse: Refuse, arguments: list[str], message: str
) -> None:
    assert message in refuse(arguments)
