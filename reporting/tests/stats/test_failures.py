import pandas as pd

from celsiusify_reporting.stats.counts import failures

MS = 10**6


def test_failures_are_counted_by_error_and_status() -> None:
    """The most frequent kind comes first; an unrecorded error is None; aborts are no failures."""
    rows = pd.DataFrame(
        {
            "start_ns": [1, 2, 3, 4, 5],
            "latency_ns": pd.array([5 * MS, 9 * MS, 7 * MS, None, None], dtype="Int64"),
            "status": [503, 503, 503, 0, 0],
            "outcome": ["failed"] * 4 + ["aborted"],
            "error": pd.Categorical(["busy", "busy", "busy", None, None]),
        }
    )
    busy, unnamed = failures(rows)

    assert (busy.error, busy.status, busy.count, busy.percent) == ("busy", 503, 3, 75)
    assert (busy.first_ns, busy.last_ns, busy.p50_ms) == (1, 3, 7)
    assert (unnamed.error, unnamed.count, unnamed.p50_ms) == (None, 1, None)


def test_no_failures_are_none() -> None:
    """Requests that succeeded have no kind of failure."""
    rows = pd.DataFrame(
        {
            "start_ns": [1],
            "latency_ns": [1],
            "status": [200],
            "outcome": ["succeeded"],
            "error": [None],
        }
    )

    assert failures(rows) == ()
