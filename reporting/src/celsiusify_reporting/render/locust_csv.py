"""Statistics under the column names of Locust 2.47, with exact values.

Programs that read Locust's files can read these. This package's README lists the differences in
meaning: above all, latencies are those of the requests that succeeded.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

import pandas as pd

from celsiusify_reporting.narrative.formatting import NOT_RECORDED
from celsiusify_reporting.stats.counts import Failure, count
from celsiusify_reporting.stats.latency import Nanoseconds, latencies_ns, percentiles_ms
from celsiusify_reporting.stats.timeseries import Second

PERCENTS = (50, 66, 75, 80, 90, 95, 98, 99, 99.9, 99.99, 100)
PERCENT_COLUMNS = [f"{percent:g}%" for percent in PERCENTS]
RESPONSE_COLUMNS = [
    "Median Response Time",
    "Average Response Time",
    "Min Response Time",
    "Max Response Time",
    "Average Content Size",
]
STATS_COLUMNS = [
    "Type",
    "Name",
    "Request Count",
    "Failure Count",
    *RESPONSE_COLUMNS,
    "Requests/s",
    "Failures/s",
    *PERCENT_COLUMNS,
]
HISTORY_COLUMNS = [
    "Timestamp",
    "User Count",
    "Type",
    "Name",
    "Requests/s",
    "Failures/s",
    *PERCENT_COLUMNS,
    "Total Request Count",
    "Total Failure Count",
    *(f"Total {name}" for name in RESPONSE_COLUMNS),
]
FAILURES_COLUMNS = ["Method", "Name", "Error", "Occurrences", "First Seen", "Last Seen"]

UNKNOWN = "N/A"
AGGREGATED = ["", "Aggregated"]


def stats(rows: pd.DataFrame, seconds: float, request: str) -> str:
    """Return `_stats.csv` of the requests of a steady window."""
    counts = count(rows)
    latencies = latencies_ns(rows, "succeeded")
    figures = [
        counts.finished,
        counts.failed,
        *_responses(latencies, _content_size(rows)),
        f"{counts.finished / seconds:.6f}",
        f"{counts.failed / seconds:.6f}",
        *_percentiles(latencies),
    ]
    return _csv(STATS_COLUMNS, [[*_names(request), *figures], [*AGGREGATED, *figures]])


def stats_history(rows: pd.DataFrame, seconds: Iterable[Second]) -> str:
    """Return `_stats_history.csv`: a row per second, with totals from the start of the run."""
    return _csv(HISTORY_COLUMNS, (_history_row(rows, second) for second in seconds))


def _history_row(rows: pd.DataFrame, second: Second) -> list[object]:
    so_far = rows.iloc[: second.after]
    totals = count(so_far)
    return [
        second.from_ns // 10**9,
        UNKNOWN if second.users is None else second.users,
        *AGGREGATED,
        f"{second.counts.finished / second.seconds:.6f}",
        f"{second.counts.failed / second.seconds:.6f}",
        *_percentiles(latencies_ns(rows.iloc[second.first : second.after], "succeeded")),
        totals.finished,
        totals.failed,
        *_responses(latencies_ns(so_far, "succeeded"), _content_size(so_far)),
    ]


def failures(kinds: Iterable[Failure], request: str) -> str:
    """Return `_failures.csv` of the failures of a steady window."""
    return _csv(
        FAILURES_COLUMNS,
        (
            [
                *_names(request),
                kind.error or NOT_RECORDED,
                kind.count,
                _utc(kind.first_ns),
                _utc(kind.last_ns),
            ]
            for kind in kinds
        ),
    )


def _names(request: str) -> list[str]:
    verb, _, name = request.partition(" ")
    return [verb, name] if name else ["", verb]


def _responses(latencies: Nanoseconds, content_size: str) -> list[str]:
    if not len(latencies):
        return [UNKNOWN] * 4 + [content_size]
    milliseconds = [
        *percentiles_ms(latencies, [50]),
        *(float(value) / 1e6 for value in (latencies.mean(), latencies.min(), latencies.max())),
    ]
    return [*(f"{value:.3f}" for value in milliseconds), content_size]


def _percentiles(latencies: Nanoseconds) -> list[str]:
    if not len(latencies):
        return [UNKNOWN] * len(PERCENTS)
    return [f"{value:.3f}" for value in percentiles_ms(latencies, PERCENTS)]


def _content_size(rows: pd.DataFrame) -> str:
    sizes = rows.loc[rows["outcome"] != "aborted", "bytes"]
    return UNKNOWN if sizes.empty else f"{sizes.mean():.3f}"


def _utc(time_ns: int) -> str:
    return datetime.fromtimestamp(time_ns // 10**9, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _csv(columns: list[str], rows: Iterable[list[object]]) -> str:
    # Objects keep their own text: pandas would write a column of integers and N/A as floats.
    table = pd.DataFrame(list(rows), columns=columns, dtype=object)
    return table.to_csv(index=False, lineterminator="\n")
