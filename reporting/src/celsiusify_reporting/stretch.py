"""A part of a round, such as a step of its rate: what the requests that were due in it say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from celsiusify_reporting.replicas import Replicas, ready_within, together
from celsiusify_reporting.stationarity import Stationarity
from celsiusify_reporting.steady import Steady
from celsiusify_reporting.window import Window

# What requests that were due in some windows, at such a rate, say: `steady.examine` of a run.
Examine = Callable[[Sequence[Window], pd.DataFrame, float | None], Steady]


@dataclass(frozen=True)
class Stretch:
    """A part of a round, or the same part of several.

    Attributes:
        name: What it is.
        from_s: When it begins, since the start of its round's steady window; of several rounds, of
            the first.
        rate_rps: The schedule's; None for a closed load.
        offered_rps: What was due, or, in a closed load, what was sent.
        stationarity: Whether it kept its pace; None where that isn't judged.
    """

    name: str
    from_s: float
    until_s: float
    rate_rps: float | None
    offered_rps: float
    steady: Steady
    replicas: Replicas | None = None
    stationarity: Stationarity | None = None

    @property
    def p99_ms(self) -> float | None:
        """The 99th percentile of latency, where there are enough requests for it."""
        return self.steady.percentile_ms(99)


def stretch(
    name: str,
    windows: Sequence[Window],
    rows: pd.DataFrame,
    examine: Examine,
    *,
    origin_ns: int,
    rate_rps: float | None = None,
    scale: pd.DataFrame | None = None,
) -> Stretch:
    """Sum up the requests that were due in one window of each of some rounds.

    Args:
        name: What the stretch is.
        windows: The windows, one at least.
        rows: The target's requests, of any time.
        examine: What sums requests up.
        origin_ns: The start of the first round's steady window.
        rate_rps: The schedule's rate.
        scale: Samples of the target's replicas, if there are any.
    """
    within = pd.concat([window.rows(rows) for window in windows])
    # The curve would take more room in report.json than all else, and isn't drawn.
    steady = replace(examine(windows, within, rate_rps), distribution=None)
    return Stretch(
        name=name,
        from_s=(windows[0].from_ns - origin_ns) / 1e9,
        until_s=(windows[0].until_ns - origin_ns) / 1e9,
        rate_rps=rate_rps,
        offered_rps=len(within) / sum(window.seconds for window in windows),
        steady=steady,
        replicas=together([ready_within(scale, window) for window in windows]),
    )


def highest(steps: Sequence[Stretch]) -> Stretch | None:
    """The step of the highest rate; the first of those of equal rates."""
    return max(steps, key=lambda one: one.rate_rps or 0, default=None)
