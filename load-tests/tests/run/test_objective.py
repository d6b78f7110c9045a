from math import isnan

import numpy as np
import pyarrow as pa
import pytest

from celsiusify_load_tests.config.load_spec import Limits, Objective
from celsiusify_load_tests.run.capacity_search import Step, Verdict, sum_up
from celsiusify_load_tests.run.result import nearest_rank

GOOD = Step(
    latency_ms=50.0,
    failures_percent=0.09,
    delivered_percent=99.0,
    lag_ms=5.0,
    cpu_percent=80.0,
)


def changed(**values: float | None) -> Step:
    return Step(**{**vars(GOOD), **values})


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, Verdict.HELD),
        ({"latency_ms": 50.1}, Verdict.MISSED),
        ({"latency_ms": float("nan")}, Verdict.MISSED),
        ({"failures_percent": 0.1}, Verdict.MISSED),
        ({"delivered_percent": 98.9}, Verdict.MISSED),
        ({"lag_ms": 5.1}, Verdict.HELD),
        ({"cpu_percent": 99.0}, Verdict.HELD),
        ({"latency_ms": 50.1, "lag_ms": 5.1}, Verdict.GENERATOR),
        ({"latency_ms": 50.1, "cpu_percent": 80.1}, Verdict.GENERATOR),
        ({"failures_percent": 5.0, "cpu_percent": 80.1}, Verdict.GENERATOR),
        ({"latency_ms": 50.1, "cpu_percent": None}, Verdict.MISSED),
    ],
)
def test_a_rate_is_judged_by_target_and_generator(
    changes: dict[str, float | None], verdict: Verdict
) -> None:
    """What holds, holds even if the generator lagged; what doesn't may be the generator's fault."""
    assert changed(**changes).judge(Objective(), Limits()) is verdict


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, None),
        ({"lag_ms": 45.34}, "the load generator was 45.3 ms late (p99)"),
        ({"cpu_percent": 97.6}, "the load generator used 98 % of its core"),
    ],
)
def test_the_generators_part_is_told(changes: dict[str, float | None], said: str | None) -> None:
    """The reason stands beside the rate."""
    assert changed(**changes).generator_problem(Limits()) == said


def arrivals(latencies_ms: list[float], **outcomes: int) -> pa.Table:
    """Arrivals that succeeded, sent 1 ms late each, and others that ended otherwise."""
    names = ["succeeded"] * len(latencies_ms)
    for outcome, count in outcomes.items():
        names += [outcome] * count
    due_ns = np.arange(len(names)) * 1_000_000
    ends = due_ns[: len(latencies_ms)] + (np.array(latencies_ms) * 1e6).astype(int)
    return pa.table(
        {
            "intended_ns": due_ns,
            "start_ns": due_ns + 1_000_000,
            "end_ns": pa.array([*ends.tolist(), *[None] * (len(names) - len(ends))], pa.int64()),
            "lag_us": np.arange(len(names)),
            "outcome": pa.array(names).dictionary_encode(),
        }
    )


def test_a_step_counts_from_when_requests_were_due() -> None:
    """The latency is the response time's percentile; who was dropped has failed as well."""
    step = sum_up(arrivals([float(ms) for ms in range(1, 96)], failed=1, dropped=4), 99, 12.0)

    assert step.latency_ms == pytest.approx(95)
    assert step.failures_percent == pytest.approx(5)
    assert step.delivered_percent == pytest.approx(96)
    assert step.lag_ms == 0.098
    assert step.cpu_percent == 12.0


@pytest.mark.parametrize("rows", [arrivals([]), arrivals([], dropped=5), arrivals([], aborted=5)])
def test_a_step_without_answers_is_missed(rows: pa.Table) -> None:
    """No arrivals, or none that was answered, holds nothing."""
    step = sum_up(rows, 99, None)

    assert isnan(step.latency_ms)
    assert step.failures_percent == 100
    assert step.judge(Objective(), Limits()) is Verdict.MISSED


@pytest.mark.parametrize(
    ("count", "percent", "value"),
    [
        (10, 50, 5),
        (11, 50, 6),
        (10, 99, 10),
        (100, 99, 99),
        (101, 99, 100),
        (1000, 99.9, 999),
        (1, 0, 1),
    ],
)
def test_a_percentile_is_a_sample_by_nearest_rank(count: int, percent: float, value: float) -> None:
    """The smallest sample that at least p % of all don't exceed: none is made up between two."""
    shuffled = np.random.default_rng(1).permutation(np.arange(1, count + 1))
    assert nearest_rank(shuffled, percent) == [value]


def test_nothing_has_no_percentile() -> None:
    assert all(isnan(value) for value in nearest_rank(np.empty(0), 50, 99))
