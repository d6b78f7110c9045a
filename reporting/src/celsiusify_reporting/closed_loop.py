"""Where a closed load limits the result: users who wait for their answers can ask only so often."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from celsiusify_reporting.latency import Nanoseconds
from celsiusify_reporting.throughput import count


@dataclass(frozen=True)
class ClosedLoop:
    """N users, each thinking Z between an answer and the next request, of which X/s finish in R.

    Attributes:
        users: N.
        think_ms: Z as measured: the mean time from an answer's end to the user's next request.
        thinks: How many such gaps were measured.
        asked_think_ms: Z as the profile asks for it, or None.
        added_ms: What the load generator added to it; `added_percent` is that as a share of it.
        response_ms: R, the mean latency of all finished requests, failed ones too.
        ceiling_rps: N/Z, which no target can exceed, however fast.
        asked_ceiling_rps: N/Z with the think time asked for.
        ceiling_percent: X as a share of N/Z.
        residual_percent: 100 (1 - X(R+Z)/N): what of the users' time is in neither R nor Z.

    Source:
        The interactive response time law: E. D. Lazowska et al., Quantitative System Performance
        (1984), section 3.4.
    """

    users: int
    think_ms: float
    thinks: int
    asked_think_ms: float | None
    added_ms: float | None
    added_percent: float | None
    response_ms: float
    ceiling_rps: float
    asked_ceiling_rps: float | None
    ceiling_percent: float
    residual_percent: float


def examine(
    rows: pd.DataFrame, seconds: float, users: int, asked_s: tuple[float, float] | None
) -> ClosedLoop | None:
    """Apply the law to the rows of a steady window.

    Args:
        rows: Requests that started within the window.
        seconds: The window's length.
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
        thinks=len(gaps),
        asked_think_ms=None if asked is None else 1000 * asked,
        added_ms=None if asked is None else 1000 * (think_s - asked),
        added_percent=100 * (think_s - asked) / asked if asked else None,
        response_ms=1000 * response_s,
        ceiling_rps=users / think_s,
        asked_ceiling_rps=users / asked if asked else None,
        ceiling_percent=100 * rate_rps * think_s / users,
        residual_percent=100 * (1 - rate_rps * (response_s + think_s) / users),
    )


def think_times_ns(rows: pd.DataFrame) -> Nanoseconds:
    """Gaps between the end of a user's answer and the same user's next request, in ns."""
    order = np.lexsort((rows["start_ns"], rows["user"], rows["worker"]))
    ordered = rows.iloc[order]
    same = (np.diff(ordered["user"]) == 0) & (np.diff(ordered["worker"]) == 0)
    ended = ordered["latency_ns"].notna().to_numpy()[:-1]
    start = ordered["start_ns"].to_numpy()
    end = start + ordered["latency_ns"].fillna(0).to_numpy(dtype=np.int64)
    gaps: Nanoseconds = (start[1:] - end[:-1])[same & ended]
    return gaps
