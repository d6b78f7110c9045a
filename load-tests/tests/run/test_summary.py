from math import isnan

import numpy as np
import pyarrow as pa
import pytest

from celsiusify_load_tests.run.result import counts, span_ns, steady

SECOND_NS = 1_000_000_000


def table(outcomes: list[str], start_ns: list[int], latency_ns: list[int | None]) -> pa.Table:
    ends = [
        None if latency is None else start + latency
        for start, latency in zip(start_ns, latency_ns, strict=True)
    ]
    return pa.table(
        {
            "outcome": pa.array(outcomes, pa.string()).dictionary_encode(),
            "intended_ns": pa.nulls(len(start_ns), pa.int64()),
            "start_ns": pa.array(start_ns, pa.int64()),
            "end_ns": pa.array(ends, pa.int64()),
        }
    )


def test_outcomes_add_up_to_what_was_started() -> None:
    rows = table(["succeeded", "aborted", "succeeded", "dropped"], [1, 2, 3, 3], [5, None, 5, None])
    assert counts(rows) == {"started": 3, "succeeded": 2, "failed": 0, "aborted": 1, "dropped": 1}
    assert span_ns(rows, None, None) == (1, 8)
    assert span_ns(rows, 0, 9) == (0, 9)


def test_no_rows_count_as_nothing() -> None:
    rows = table([], [], [])
    assert set(counts(rows).values()) == {0}
    assert span_ns(rows, None, None) == (None, None)
    assert isnan(steady(rows, 0, SECOND_NS).p50_ms)


def test_percentiles_are_exact_below_a_millisecond() -> None:
    """Of 0.01, 0.02 … 1 ms the 50th and the 99th: nothing is rounded to whole milliseconds."""
    latencies = [10_000 * step for step in range(1, 101)]
    starts = list(np.linspace(0, SECOND_NS - 1, 100).astype(int))
    found = steady(table(["succeeded"] * 100, starts, list(latencies)), 0, SECOND_NS)
    assert found.rate_rps == 100
    assert found.p50_ms == pytest.approx(0.5)
    assert found.p99_ms == pytest.approx(0.99)


def test_ramp_up_and_last_answers_are_left_out() -> None:
    starts = [0, SECOND_NS, 2 * SECOND_NS, 3 * SECOND_NS]
    slow, fast = 900_000_000, 1_000_000
    found = steady(
        table(["succeeded"] * 4, starts, [slow, fast, fast, slow]), SECOND_NS, 3 * SECOND_NS
    )
    assert (found.rate_rps, found.p99_ms) == (1.0, 1.0)


def test_failures_count_in_the_rate_but_not_in_the_latency() -> None:
    rows = table(["succeeded", "failed"], [0, 1], [1_000_000, 500_000_000])
    found = steady(rows, 0, SECOND_NS)
    assert (found.rate_rps, found.p99_ms) == (2.0, 1.0)


@pytest.mark.parametrize(("from_ns", "until_ns"), [(None, 5), (5, None), (5, 5)])
def test_a_load_that_was_never_steady_has_no_figures(
    from_ns: int | None, until_ns: int | None
) -> None:
    assert isnan(steady(table(["succeeded"], [1], [1]), from_ns, until_ns).rate_rps)


def test_an_arrival_counts_from_when_it_was_due() -> None:
    """An open load's request that was sent 2 ms late waited these 2 ms too."""
    rows = table(["succeeded"] * 2, [SECOND_NS + 1_000_000] * 2, [3_000_000] * 2)
    due_ns = pa.array([SECOND_NS - 1_000_000, SECOND_NS], pa.int64())
    rows = rows.set_column(rows.column_names.index("intended_ns"), "intended_ns", due_ns)
    found = steady(rows, 0, SECOND_NS)
    assert (found.rate_rps, found.p50_ms) == (1.0, 5.0)
