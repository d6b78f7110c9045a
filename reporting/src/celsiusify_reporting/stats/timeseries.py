"""A round second by second."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from celsiusify_reporting.stats.counts import Counts, count
from celsiusify_reporting.stats.latency import latencies_ns, summarise
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.window import Window

SECOND_NS = 10**9


@dataclass(frozen=True)
class Second:
    """The requests that were due in one second of a round.

    Attributes:
        from_ns: Its start; `seconds` is its length, at either end of a round maybe not 1.
        users: How many were running at its end, or None where that isn't known.
        first: Index of its first row; `after` is the one behind its last.
    """

    from_ns: int
    seconds: float
    users: int | None
    first: int
    after: int
    counts: Counts


@dataclass(frozen=True)
class History:
    """A round over time, a value each whole second.

    `time_s` counts from the start of its steady window. A second belongs to the requests that were
    due in it. Percentiles are None where it has too few.
    """

    time_s: tuple[float, ...]
    users: tuple[int | None, ...]
    succeeded_rps: tuple[float, ...]
    failed_rps: tuple[float, ...]
    p50_ms: tuple[float | None, ...]
    p99_ms: tuple[float | None, ...]


def each_second(
    rows: pd.DataFrame,
    users: pd.DataFrame | None,
    window: Window | None,
    started_ns: int | None = None,
) -> Iterator[Second]:
    """Cut a round into seconds that are aligned with the start of its steady window.

    Args:
        rows: In order of `due_ns`, one at least.
        users: Samples of `time_ns` and `users`, in order of time.
        window: The steady window, whose end is the end of the last second.
        started_ns: When the load began: the start of the first second.
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
    # A rest of a few milliseconds would be drawn as a spike: it joins the second beside it, unless
    # the window starts in between.
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


def whole(seconds: Sequence[Second], rows: pd.DataFrame, window: Window | None) -> list[Second]:
    """Those that last a second during which the load went on: a part of one has a part's rate."""
    last_ns = int(rows["due_ns"].iloc[-1])
    until_ns = max(last_ns, window.until_ns) if window else last_ns
    return [one for one in seconds if one.seconds == 1 and one.from_ns + SECOND_NS <= until_ns]


def history(
    rows: pd.DataFrame, seconds: Sequence[Second], origin_ns: int, method: Method
) -> History | None:
    """Draw up the series of a report from whole seconds of a round; None where there are none."""
    if not seconds:
        return None
    latencies = [
        summarise(latencies_ns(rows.iloc[one.first : one.after], "succeeded"), method)
        for one in seconds
    ]
    return History(
        time_s=tuple((one.from_ns - origin_ns) / SECOND_NS for one in seconds),
        users=tuple(one.users for one in seconds),
        succeeded_rps=tuple(one.counts.succeeded / one.seconds for one in seconds),
        failed_rps=tuple(one.counts.failed / one.seconds for one in seconds),
        p50_ms=tuple(one.at(50).ms if one else None for one in latencies),
        p99_ms=tuple(one.at(99).ms if one else None for one in latencies),
    )
