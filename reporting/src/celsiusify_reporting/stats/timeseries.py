"""Time series of a round, second by second."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from celsiusify_reporting.stats.counts import Counts, count
from celsiusify_reporting.stats.latency import latencies_ns, summarise
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.target_data import Window

SECOND_NS = 10**9


@dataclass(frozen=True)
class Second:
    """The requests that were due in one second of a round.

    Attributes:
        from_ns: The start.
        seconds: The length, which may differ from 1 at either end of a round.
        users: The number of running users at the end; None if unknown.
        first: The index of the first row.
        after: The index after the last row.
    """

    from_ns: int
    seconds: float
    users: int | None
    first: int
    after: int
    counts: Counts


@dataclass(frozen=True)
class History:
    """The time series of a round, with a value for each whole second.

    Attributes:
        time_s: The start of each second, since the steady window began.
        p50_ms: The median latency of the second's due requests; None if there are too few.
    """

    time_s: tuple[float, ...]
    users: tuple[int | None, ...]
    succeeded_rps: tuple[float, ...]
    failed_rps: tuple[float, ...]
    p50_ms: tuple[float | None, ...]
    p99_ms: tuple[float | None, ...]


def cut_into_seconds(
    rows: pd.DataFrame,
    users: pd.DataFrame | None,
    window: Window | None,
    started_ns: int | None = None,
) -> Iterator[Second]:
    """Cut a round into seconds, aligned with the start of its steady window.

    Args:
        rows: The requests in order of `due_ns`, at least one.
        users: The samples of `time_ns` and `users`, in order of time.
        window: The steady window, which ends with the last second.
        started_ns: The start of the load and of the first second.
    """
    starts = rows["due_ns"].to_numpy()
    edges = _edges(int(starts[0]), int(starts[-1]), window, started_ns)
    cuts = np.searchsorted(starts, edges)
    running = _users_at(users, edges[1:])
    for index in range(len(edges) - 1):
        first, after = int(cuts[index]), int(cuts[index + 1])
        length = int(edges[index + 1] - edges[index])
        counts = count(rows.iloc[first:after])
        yield Second(int(edges[index]), length / SECOND_NS, running[index], first, after, counts)


def _edges(
    first_ns: int, last_ns: int, window: Window | None, started_ns: int | None
) -> npt.NDArray[np.int64]:
    origin = window.from_ns if window else first_ns
    begin = origin + (first_ns - origin) // SECOND_NS * SECOND_NS
    if window and last_ns < window.until_ns:
        end = window.until_ns
    else:
        end = origin + ((last_ns - origin) // SECOND_NS + 1) * SECOND_NS
    edges = np.append(np.arange(begin, end, SECOND_NS, dtype=np.int64), end)
    if started_ns is not None and started_ns <= first_ns:
        edges[0] = max(begin, started_ns)
    # A rest of a few milliseconds would be drawn as a spike: it joins its neighbour, unless the
    # window starts in between.
    if len(edges) > 2 and edges[-1] - edges[-2] < SECOND_NS / 2:
        edges = np.delete(edges, -2)
    if len(edges) > 2 and edges[1] - edges[0] < SECOND_NS / 2 and edges[1] != origin:
        edges = np.delete(edges, 1)
    return edges


def _users_at(users: pd.DataFrame | None, times: npt.NDArray[np.int64]) -> list[int | None]:
    if users is None or users.empty:
        return [None] * len(times)
    seen = np.searchsorted(users["time_ns"].to_numpy(), times)
    running = users["users"].to_numpy()
    return [int(running[index - 1]) if index else None for index in seen]


def whole_seconds(
    seconds: Sequence[Second], rows: pd.DataFrame, window: Window | None
) -> list[Second]:
    """Return the seconds that the load ran for in full: a part has a part's rate."""
    last_ns = int(rows["due_ns"].iloc[-1])
    until_ns = max(last_ns, window.until_ns) if window else last_ns
    return [
        second
        for second in seconds
        if second.seconds == 1 and second.from_ns + SECOND_NS <= until_ns
    ]


def history(
    rows: pd.DataFrame, seconds: Sequence[Second], origin_ns: int, method: Method
) -> History | None:
    """Return the time series of a round's whole seconds; None if there are none."""
    if not seconds:
        return None
    latencies = [
        summarise(latencies_ns(rows.iloc[second.first : second.after], "succeeded"), method)
        for second in seconds
    ]
    return History(
        time_s=tuple((second.from_ns - origin_ns) / SECOND_NS for second in seconds),
        users=tuple(second.users for second in seconds),
        succeeded_rps=tuple(second.counts.succeeded / second.seconds for second in seconds),
        failed_rps=tuple(second.counts.failed / second.seconds for second in seconds),
        p50_ms=tuple(latency.at(50).ms if latency else None for latency in latencies),
        p99_ms=tuple(latency.at(99).ms if latency else None for latency in latencies),
    )
