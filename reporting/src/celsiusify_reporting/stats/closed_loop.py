"""Compute the limits of a closed load, whose users wait for each answer."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from celsiusify_reporting.stats.counts import count
from celsiusify_reporting.stats.latency import Nanoseconds


@dataclass(frozen=True)
class ClosedLoop:
    """The load of N users with think time Z, mean latency R and throughput X.

    Attributes:
        users: N.
        think_ms: Z as measured: the mean time from an answer's end to the user's next request.
        think_times: The number of measured think times.
        configured_think_ms: Z in the load profile; None if unknown.
        added_ms: The think time that the load generator added.
        added_percent: The added think time in percent of the configured one.
        response_ms: R, the mean latency of all finished requests, failures included.
        ceiling_rps: N/Z, which no target can exceed, however fast.
        configured_ceiling_rps: N/Z with the configured think time.
        ceiling_percent: X in percent of N/Z.
        residual_percent: 100 (1 - X(R+Z)/N): the users' time that is in neither R nor Z.

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
    rows: pd.DataFrame, seconds: float, users: int, think_s: tuple[float, float] | None
) -> ClosedLoop | None:
    """Apply the interactive response time law to the requests of steady windows.

    Args:
        rows: The requests that started in the windows.
        seconds: The total length of the windows.
        users: The number of users.
        think_s: The shortest and the longest think time of the load profile, uniform between.

    Returns:
        None if no user finished a request and started another.
    """
    gaps = think_times_ns(rows)
    finished = rows.loc[rows["outcome"] != "aborted", "latency_ns"].dropna()
    if not len(gaps) or gaps.mean() <= 0 or finished.empty:
        return None
    measured_s = float(gaps.mean()) / 1e9
    response_s = float(finished.to_numpy(dtype=np.int64).mean()) / 1e9
    rate_rps = count(rows).finished / seconds
    configured_s = sum(think_s) / 2 if think_s else None
    return ClosedLoop(
        users=users,
        think_ms=1000 * measured_s,
        think_times=len(gaps),
        configured_think_ms=None if configured_s is None else 1000 * configured_s,
        added_ms=None if configured_s is None else 1000 * (measured_s - configured_s),
        added_percent=100 * (measured_s - configured_s) / configured_s if configured_s else None,
        response_ms=1000 * response_s,
        ceiling_rps=users / measured_s,
        configured_ceiling_rps=users / configured_s if configured_s else None,
        ceiling_percent=100 * rate_rps * measured_s / users,
        residual_percent=residual_percent(users, rate_rps, response_s, measured_s),
    )


def residual_percent(users: int, rate_rps: float, response_s: float, think_s: float) -> float:
    """Return the users' time that is in neither latency nor think time, in percent."""
    return 100 * (1 - rate_rps * (response_s + think_s) / users)


@dataclass(frozen=True)
class Stall:
    """The effect of a pause on percentiles: waiting users send no requests.

    Attributes:
        touched: The requests that one pause delays, one of each user, however long it lasts.
        percent: The delayed requests in percent of a window's requests.
        moved: The percentiles that a pause can move.
        unmoved: The percentiles that a pause can't move.
    """

    touched: int
    requests: int
    percent: float
    moved: tuple[float, ...]
    unmoved: tuple[float, ...]


def stall(users: int, requests: int, percents: Sequence[float]) -> Stall | None:
    """Return the effect of a pause on percentiles; None without requests.

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
    """Return the times between an answer and the user's next request, in ns."""
    order = np.lexsort((rows["start_ns"], rows["user"], rows["worker"], rows["round"]))
    ordered = rows.iloc[order]
    same = np.all([np.diff(ordered[name]) == 0 for name in ("round", "worker", "user")], axis=0)
    ended = ordered["latency_ns"].notna().to_numpy()[:-1]
    start = ordered["start_ns"].to_numpy()
    end = start + ordered["latency_ns"].fillna(0).to_numpy(dtype=np.int64)
    gaps: Nanoseconds = (start[1:] - end[:-1])[same & ended]
    return gaps
