"""Cut the warm-up off a window, and test the rest for drift."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.target_data import Window

Values = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Batches:
    """The median latency and the finished requests of a window's equal batches."""

    p50_ns: Values
    finished: Values


@dataclass(frozen=True)
class Stationarity:
    """The differences between three equal parts of a steady window.

    Attributes:
        warm_up_s: The warm-up that was cut off the window's start.
        stationary: Whether the rest doesn't drift. Parts that differ by more than
            `Method.drift_percent` count as stationary if chance may cause that. None if the window
            is too short to judge.
        latency_spread_percent: The excess of the parts' highest median latency over the lowest.
        rate_spread_percent: The excess of the parts' highest rate of finished requests over the
            lowest.
    """

    warm_up_s: float
    stationary: bool | None
    latency_spread_percent: float | None
    rate_spread_percent: float | None

    @property
    def spread_percent(self) -> float:
        """The larger of both spreads; 0 if they are unknown."""
        return max(self.latency_spread_percent or 0, self.rate_spread_percent or 0)


def batches(rows: pd.DataFrame, window: Window, method: Method) -> Batches | None:
    """Cut the finished requests of a window into batches; None if there are too few."""
    ended = rows["latency_ns"].notna().to_numpy()
    finished = rows[ended & (rows["outcome"] != "aborted").to_numpy()]
    count = min(method.batches, len(finished) // method.requests_per_batch)
    if count < method.batches // 2:
        return None
    since_ns = finished["due_ns"].to_numpy() - window.from_ns
    batch = since_ns * count // (window.until_ns - window.from_ns)
    latencies = finished["latency_ns"].to_numpy(dtype=np.int64)
    ends = np.searchsorted(batch, np.arange(count + 1))
    parts = [latencies[first:after] for first, after in pairwise(ends)]
    medians = [float(np.median(part)) if len(part) else np.nan for part in parts]
    return Batches(np.array(medians), np.diff(ends).astype(np.float64))


def warm_up(values: Values, spread_percent: float) -> int:
    """Return the number of batches at the start that are warm-up.

    The warm-up ends with the first batch that is like the rest, so that a pause in the middle of a
    round is kept. There is no warm-up if it would be a half or more: then nothing is left that it
    could be the warm-up of.

    Source:
        K. P. White, "An effective truncation heuristic for bias reduction in simulation output",
        Simulation 69 (1997): the marginal standard error rule, MSER.
    """
    n = len(values)
    kept = n - np.arange(n // 2 + 1)
    sums = np.cumsum(values[::-1])[::-1][: len(kept)]
    squares = np.cumsum(values[::-1] ** 2)[::-1][: len(kept)]
    error = (squares - sums**2 / kept) / kept**2
    cut = int(np.argmin(error))
    if cut == n // 2:
        return 0
    alike = np.abs(values / np.median(values[cut:]) - 1) <= spread_percent / 100
    return min(cut, int(np.argmax(alike)))


def examine(series: Batches | None, window: Window, method: Method) -> tuple[Window, Stationarity]:
    """Cut the warm-up off a window, and judge whether the rest is stationary.

    The medians of the rest's thirds may differ by no more than `Method.drift_percent`, unless
    batches scatter so much that chance alone would cause that.

    Source:
        The three windows within 10 % are those of NVIDIA's perf_analyzer (docs/cli.md, stability
        percentage); chance is told from drift by the test of W. H. Kruskal, W. A. Wallis, "Use of
        ranks in one-criterion variance analysis", JASA 47 (1952), on the batches.
    """
    if series is None:
        return window, Stationarity(0, None, None, None)
    medians = pd.Series(series.p50_ns).bfill().ffill().to_numpy()
    cut = warm_up(medians, method.drift_percent)
    length_ns = (window.until_ns - window.from_ns) * cut // len(medians)
    rest = Window(window.from_ns + length_ns, window.until_ns)
    latency, rate = (_spread(values[cut:], method) for values in (medians, series.finished))
    stationary = not (latency.drifts or rate.drifts)
    return rest, Stationarity(length_ns / 1e9, stationary, latency.percent, rate.percent)


@dataclass(frozen=True)
class _Spread:
    percent: float
    drifts: bool


def _spread(values: Values, method: Method) -> _Spread:
    thirds = np.array_split(values, 3)
    levels = [float(np.median(third)) for third in thirds]
    spread = 100 * (max(levels) / min(levels) - 1) if min(levels) > 0 else float("inf")
    if spread <= method.drift_percent:
        return _Spread(spread, drifts=False)
    chance = float(stats.kruskal(*thirds).pvalue)
    return _Spread(min(spread, 1e6), drifts=chance < method.drift_chance)
