"""Where a closed load limits the result: users who wait for their answers can ask only so often."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from celsiusify_reporting.stats.counts import count
from celsiusify_reporting.stats.latency import Nanoseconds


@dataclass(frozen=True)
class ClosedLoop:
    """N users, each thinking Z between an answer and the next request, of which X/s finish in R.

    Attributes:
        users: N.
        think_ms: Z as measured: the mean time from an answer's end to the user's next request.
        think_times: How many such gaps were measured.
        configured_think_ms: Z as the profile asks for it, or None.
        added_ms: What the load generator added to it; `added_percent` is that as a share of it.
        response_ms: R, the mean latency of all finished requests, failed ones too.
        ceiling_rps: N/Z, which no target can exceed, however fast.
        configured_ceiling_rps: N/Z with the think time asked for.
        ceiling_percent: X as a share of N/Z.
        residual_percent: 100 (1 - X(R+Z)/N): what of the users' time is in neither R nor Z.

    Source:
        The interactive response time law: E. D. Lazowska et al., Quantitative System Performance
        (1984), section 3.4.
    """

    users: int
    think_ms: float
    think_times: int
    configured_think_ms: float | None
    added_ms: float | None
    added_percent: float | None
    response_ms: float
    ceiling_rps: float
    configured_ceiling_rps: float | None
    ceiling_percent: float
    residual_percent: float


def examine(
    rows: pd.DataFrame, seconds: float, users: int, asked_s: tuple[float, float] | None
) -> ClosedLoop | None:
    """Apply the law to the rows of steady windows.

    Args:
        rows: Requests that started within the steady window of a round, or those of several.
        seconds: The windows' length.
        users: How many users ran.
        asked_s: Shortest and longest think time of the profile, uniform between, in seconds.

    Returns:
        None where no user finished a request and started another.
    """
    gaps = think_times_ns(rows)
    finished = rows.loc[rows["outcome"] != "aborted", "latency_ns"].dropna()
    if not len(gaps) or gaps.mean() <= 0 or finished.empty:
        return None
    think_s = float(gaps.mean()) / 1e9
    response_s = float(finished.to_numpy(dtype=np.int64).mean()) / 1e9
    rate_rps = count(rows).finished / seconds
    asked = sum(asked_s) / 2 if asked_s else None
    return ClosedLoop(
        users=users,
        think_ms=1000 * think_s,
        think_times=len(gaps),
        configured_think_ms=None if asked is None else 1000 * asked,
        added_ms=None if asked is None else 1000 * (think_s - asked),
        added_percent=100 * (think_s - asked) / asked if asked else None,
        response_ms=1000 * response_s,
        ceiling_rps=users / think_s,
        configured_ceiling_rps=users / asked if asked else None,
        ceiling_percent=100 * rate_rps * think_s / users,
        residual_percent=residual_percent(users, rate_rps, response_s, think_s),
    )


def residual_percent(users: int, rate_rps: float, response_s: float, think_s: float) -> float:
    """What of the users' time is in neither response nor thought, in percent."""
    return 100 * (1 - rate_rps * (response_s + think_s) / users)


@dataclass(frozen=True)
class Stall:
    """What a pause of the target does to percentiles: users who wait ask for nothing.

    Attributes:
        touched: Requests that one pause delays, however long it is: one a user.
        percent: These as a share of those of a window.
        moved: The percentiles that it can move; `unmoved` are the others.
    """

    touched: int
    requests: int
    percent: float
    moved: tuple[float, ...]
    unmoved: tuple[float, ...]


def stall(users: int, requests: int, percents: Sequence[float]) -> Stall | None:
    """What one pause could change in the percentiles of so many requests; None of none.

    Source:
        G. Tene, "How NOT to Measure Latency" (2013): coordinated omission.
    """
    if not requests:
        return None
    share = 100 * min(users, requests) / requests
    moved = tuple(percent for percent in percents if 100 - percent < share)
    unmoved = tuple(percent for percent in percents if percent not in moved)
    return Stall(min(users, requests), requests, share, moved, unmoved)


def think_times_ns(rows: pd.DataFrame) -> Nanoseconds:
    """Gaps between the end of an answer and the same user's next request of a round, in ns."""
    order = np.lexsort((rows["start_ns"], rows["user"], rows["worker"], rows["round"]))
    ordered = rows.iloc[order]
    same = np.all([np.diff(ordered[name]) == 0 for name in ("round", "worker", "user")], axis=0)
    ended = ordered["latency_ns"].notna().to_numpy()[:-1]
    start = ordered["start_ns"].to_numpy()
    end = start + ordered["latency_ns"].fillna(0).to_numpy(dtype=np.int64)
    gaps: Nanoseconds = (start[1:] - end[:-1])[same & ended]
    return gaps
