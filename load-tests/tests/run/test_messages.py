from dataclasses import replace
from math import nan
from pathlib import Path

import pytest

from celsiusify_load_tests.config.profiles import resolve
from celsiusify_load_tests.config.targets import read_targets
from celsiusify_load_tests.preflight.generator_capacity import GeneratorCapacity
from celsiusify_load_tests.run import messages
from celsiusify_load_tests.run.plan import BETWEEN_S, Plan
from celsiusify_load_tests.run.result import NO_WINDOW, Round, TargetResult, WindowFigures

TARGETS_FILE = Path(__file__).parents[3] / "targets.yaml"


def plan(rounds: int = 1) -> Plan:
    return Plan(
        load=resolve({"rounds": rounds}),
        targets=[],
        targets_file=Path("targets.yaml"),
        hosts={},
        counters={},
        processes=1,
        results=Path("results"),
        command="",
    )


def loaded(number: int = 0, **counts: int | None) -> Round:
    entry = Round(number, started_ns=1)
    entry.counts |= counts
    return entry


def measured(*rounds: Round) -> TargetResult:
    return TargetResult("A title", "http://127.0.0.1:1", "GET /", "HTTP/1.1", rounds=list(rounds))


@pytest.mark.parametrize(("rate_rps", "told"), [(1600.0, False), (1650.0, True), (nan, False)])
def test_a_rate_near_the_ceiling_is_the_loads(rate_rps: float, told: bool) -> None:
    """From 85 % of N/Z = 1,905/s on, the throughput tells of the load and not of the server."""
    lines = messages.round_lines("one", loaded(), WindowFigures(rate_rps, 1.0, 2.0), plan())
    assert any("the load's limit, not the server's" in line for line in lines) == told


@pytest.mark.parametrize(("server", "told"), [(1000, False), (None, False), (1003, True)])
def test_counts_that_differ_are_told(server: int | None, told: bool) -> None:
    lines = messages.round_lines("one", loaded(started=1000, server=server), NO_WINDOW, plan())
    assert lines == ["one: the server counted 1,003 requests, the load 1,000"] * told


def test_what_is_not_known_is_a_dash() -> None:
    row = messages.row("one", measured(loaded(started=12345)), [NO_WINDOW])
    assert (row["requests"], row["counted"], row["p50 ms"]) == ("12,345", "–", "–")


def test_latencies_are_told_to_the_microsecond() -> None:
    row = messages.row("one", measured(loaded()), [WindowFigures(1868.4, 0.4341, 3.398)])
    assert (row["requests/s"], row["p50 ms"], row["p99 ms"]) == ("1,868", "0.434", "3.398")


def test_of_several_rounds_the_table_has_the_median_and_the_sum() -> None:
    """A round that nothing is known of doesn't count as one without requests."""
    figures = [WindowFigures(10.0, 1.0, 9.0), WindowFigures(30.0, 2.0, 5.0)]
    rounds = [loaded(0, started=100, server=100), loaded(1, started=300, server=None), Round(2)]
    row = messages.row("one", measured(*rounds), figures)
    assert (row["requests"], row["requests/s"], row["p50 ms"]) == ("400", "20", "1.500")
    assert row["counted"] == "–"


def test_what_is_left_counts_the_turns_that_follow() -> None:
    """After the last turn nothing is left, and a load that is no turn has nothing after it."""
    asked = replace(plan(rounds=2), targets=list(read_targets(TARGETS_FILE).values())[:2])
    per_turn_s = BETWEEN_S + asked.load.cool_down_s + asked.load.duration_s
    left_s = [asked.seconds_after(turn) for turn in asked.sequence]
    assert left_s == [3 * per_turn_s, 2 * per_turn_s, per_turn_s, 0]
    assert asked.seconds_after(("a", 7)) == 0


@pytest.mark.parametrize(
    ("think_time_s", "told"),
    [
        ((0.005, 0.1), ": 4.0 times what this load can ask"),
        ((0.0, 0.0), "a server that does nothing"),
    ],
)
def test_headroom_is_told_where_the_load_has_a_ceiling(
    think_time_s: tuple[float, float], told: str
) -> None:
    """Of 100 users, who ask 1,905 times a second at most, a generator of 7,619/s can make four."""
    ability = GeneratorCapacity(7619.0, 0.05, 0.1, 22857, 3.0, 99.0, 60.0)
    asked = replace(plan(), load=resolve({"think_time_s": think_time_s}))
    line = messages.headroom("HTTP/1.1", ability, asked)
    assert line.startswith(
        "HTTP/1.1: the load generator makes up to 7,619 requests/s and sees 0.050"
    )
    assert line.endswith(told)


def test_each_of_several_rounds_is_told() -> None:
    lines = messages.round_lines("one", loaded(1), WindowFigures(10.0, 1.0, 9.0), plan(rounds=5))
    assert lines == ["one: round 2 of 5: 10/s, p50 1.000 ms, p99 9.000 ms"]
