"""Whether a round kept its pace: what its start still warmed up is cut off, and drift is told."""

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
    """A round's steady window in batches of equal length: median latency and requests of each."""

    p50_ns: Values
    finished: Values


@dataclass(frozen=True)
class Stationarity:
    """What three equal parts of a steady window differ by.

    Attributes:
        warm_up_s: How much of the window's start was cut off, since it was still warming up.
        stationary: Whether the rest kept its pace, as far as chance lets one tell: parts that
            differ by more than `Method.drift_percent` may scatter so much that it does; None where
            it is too short to tell.
        latency_spread_percent: By how much the highest of the parts' median latencies exceeds
            the lowest.
        rate_spread_percent: The same of their rates of finished requests.
    """

    warm_up_s: float
    stationary: bool | None
    latency_spread_percent: float | None
    rate_spread_percent: float | None

    @property
    def spread_percent(self) -> float:
        """The larger of both, nought where they aren't known."""
        return max(self.latency_spread_percent or 0, self.rate_spread_percent or 0)


def batches(rows: pd.DataFrame, window: Window, method: Method) -> Batches | None:
    """Cut a window's finished requests into batches; None where there are too few of them."""
    ended = rows["latency_ns"].notna().to_numpy()
    finished = rows[ended & (rows["outcome"] != "aborted").to_numpy()]
    count = min(method.batches, len(finished) // method.requests_per_batch)
    if count < method.batches // 2:
        return None
    since = finished["due_ns"].to_numpy() - window.from_ns
    batch = since * count // (window.until_ns - window.from_ns)
    latencies = finished["latency_ns"].to_numpy(dtype=np.int64)
    ends = np.searchsorted(batch, np.arange(count + 1))
    parts = [latencies[first:after] for first, after in pairwise(ends)]
    medians = [float(np.median(part)) if len(part) else np.nan for part in parts]
    return Batches(np.array(medians), np.diff(ends).astype(np.float64))


def warm_up(values: Values, spread_percent: float) -> int:
    """How many batches to leave out at the start: those that keep the mean from being known.

    Nothing is left out from the first batch on that is as the rest is, so that a pause in the
    middle of a round stays in it; and nothing at all where it would be a half or more, for then
    there is no rest that it could be warm-up of.

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


def examine(seen: Batches | None, window: Window, method: Method) -> tuple[Window, Stationarity]:
    """Cut a window's warm-up off, and tell whether the rest kept its pace.

    The rest is cut in three: the medians of their batches may differ by no more than
    `Method.drift_percent`, unless batches scatter so much that chance alone would do it.

    Source:
        The three windows within 10 % are those of NVIDIA's perf_analyzer (docs/cli.md, stability
        percentage); chance is told from drift by the test of W. H. Kruskal, W. A. Wallis, "Use of
        ranks in one-criterion variance analysis", JASA 47 (1952), on the batches.
    """
    if seen is None:
        return window, Stationarity(0, None, None, None)
    medians = pd.Series(seen.p50_ns).bfill().ffill().to_numpy()
    cut = warm_up(medians, method.drift_percent)
    length_ns = (window.until_ns - window.from_ns) * cut // len(medians)
    rest = Window(window.from_ns + length_ns, window.until_ns)
    latency, rate = (_spread(one[cut:], method) for one in (medians, seen.finished))
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
