"""How long answers took: exact percentiles, and how many requests each needs."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import ceil

import numpy as np
import numpy.typing as npt
import pandas as pd

from celsiusify_reporting.method import Method

Nanoseconds = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Percentile:
    """A percentile, or None where fewer than `needs` requests were measured."""

    percent: float
    ms: float | None
    needs: int


@dataclass(frozen=True)
class Latency:
    """Latencies of `n` requests."""

    n: int
    mean_ms: float
    min_ms: float
    max_ms: float
    percentiles: tuple[Percentile, ...]

    def at(self, percent: float) -> Percentile:
        """The percentile of that many percent."""
        return next(one for one in self.percentiles if one.percent == percent)


@dataclass(frozen=True)
class Distribution:
    """The curve of the empirical distribution: `share_percent[i]` took at most `ms[i]`."""

    share_percent: tuple[float, ...]
    ms: tuple[float, ...]


def latencies_ns(rows: pd.DataFrame, outcome: str) -> Nanoseconds:
    """Latencies of the rows of one outcome that ended, in ns, shape `(n,)`."""
    latencies = rows.loc[rows["outcome"] == outcome, "latency_ns"]
    return latencies.dropna().to_numpy(dtype=np.int64)


def percentiles_ms(latencies: Nanoseconds, percents: Sequence[float]) -> list[float]:
    """Percentiles by nearest rank: the smallest value that at least p % of all don't exceed.

    It is what NumPy calls `inverted_cdf`, but the rank is exact: in floating point 99.9 % of 1,000
    is more than 999.

    Args:
        latencies: In ns, shape `(n,)`, n > 0.
        percents: Which ones, more than 0 and up to 100.

    Returns:
        Each in ms, exact to the ns.

    Source:
        R. J. Hyndman, Y. Fan, "Sample quantiles in statistical packages", The American
        Statistician 50 (1996), definition 1.
    """
    ranks = [ceil(Fraction(str(percent)) / 100 * len(latencies)) for percent in percents]
    places = [max(0, rank - 1) for rank in ranks]
    return [float(value) / 1e6 for value in np.partition(latencies, places)[places]]


@cache
def requests_needed(percent: float, confidence_percent: float) -> int:
    """How many requests it takes before a percentile can be given.

    Two of them at least must lie beyond the percentile, with the given confidence: the smallest n
    for which P(Binomial(n, 1 - percent) <= 1) is no more than 1 - confidence.

    Source:
        MLPerf Inference's early stopping criterion (mlcommons/inference, loadgen/early_stopping.cc)
        with one query over the limit: 662 for p99 and 6,636 for p99.9 at 99 % confidence.
    """
    below = percent / 100
    risk = 1 - confidence_percent / 100

    def suffices(n: int) -> bool:
        return below**n + n * (1 - below) * below ** (n - 1) <= risk

    return bisect_left(range(10**9), True, lo=2, key=suffices)


def summarise(latencies: Nanoseconds, method: Method) -> Latency | None:
    """Sum up latencies in ns, shape `(n,)`; None where there are none."""
    n = len(latencies)
    if not n:
        return None
    return Latency(
        n=n,
        mean_ms=float(latencies.mean()) / 1e6,
        min_ms=float(latencies.min()) / 1e6,
        max_ms=float(latencies.max()) / 1e6,
        percentiles=tuple(_percentiles(latencies, method)),
    )


def _percentiles(latencies: Nanoseconds, method: Method) -> list[Percentile]:
    values = percentiles_ms(latencies, method.percents)
    needs = [requests_needed(percent, method.confidence_percent) for percent in method.percents]
    return [
        Percentile(percent, value if len(latencies) >= needed else None, needed)
        for percent, value, needed in zip(method.percents, values, needs, strict=True)
    ]


def distribution(latencies: Nanoseconds) -> Distribution | None:
    """The curve of the distribution in about 250 points, denser towards the slowest."""
    n = len(latencies)
    if not n:
        return None
    slowest = 100 - np.geomspace(1, min(1, 100 / n), 60)
    shares = np.concatenate([np.arange(0, 99, 0.5), slowest, [100]]).round(6)
    shares = np.unique(shares)
    return Distribution(tuple(shares.tolist()), tuple(percentiles_ms(latencies, shares.tolist())))
