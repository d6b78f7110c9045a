"""Compute exact percentiles of latency with their intervals."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import ceil

import numpy as np
import numpy.typing as npt
import pandas as pd

from celsiusify_reporting.stats.intervals import Interval, autocorrelation_time, order_statistics
from celsiusify_reporting.stats.method import Method

Nanoseconds = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Percentile:
    """A percentile of latency.

    Attributes:
        ms: The percentile; None if fewer than `needed_requests` requests were measured.
        effective_sample_size: The number of independent requests with the same information.
        interval: The interval in ms; None if the effective sample is too small.
    """

    percent: float
    ms: float | None
    needed_requests: int
    effective_sample_size: int
    interval: Interval | None


@dataclass(frozen=True)
class Latency:
    """The latencies of `n` requests."""

    n: int
    mean_ms: float
    min_ms: float
    max_ms: float
    percentiles: tuple[Percentile, ...]

    def at(self, percent: float) -> Percentile:
        """Return a percentile."""
        return next(part for part in self.percentiles if part.percent == percent)


@dataclass(frozen=True)
class Distribution:
    """The distribution: `share_percent[i]` of the requests took at most `ms[i]`."""

    share_percent: tuple[float, ...]
    ms: tuple[float, ...]


def latencies_ns(rows: pd.DataFrame, outcome: str, column: str = "latency_ns") -> Nanoseconds:
    """Return the latencies of requests with an outcome, in ns, shape `(n,)`."""
    latencies = rows.loc[rows["outcome"] == outcome, column]
    return latencies.dropna().to_numpy(dtype=np.int64)


def percentiles_ms(latencies: Nanoseconds, percents: Sequence[float]) -> list[float]:
    """Return percentiles: the smallest value that at least p % don't exceed.

    NumPy calls this definition `inverted_cdf`, but here the rank is exact: in floating point 99.9 %
    of 1,000 is more than 999.

    Args:
        latencies: The latencies in ns, shape `(n,)`, n > 0.
        percents: The percentiles, above 0 and up to 100.

    Returns:
        The percentiles in ms, exact to the ns.

    Source:
        R. J. Hyndman, Y. Fan, "Sample quantiles in statistical packages", The American
        Statistician 50 (1996), definition 1.
    """
    return quantiles_ms(latencies, [Fraction(str(percent)) / 100 for percent in percents])


def quantiles_ms(latencies: Nanoseconds, shares: Sequence[Fraction]) -> list[float]:
    """Return quantiles by nearest rank, of exact fractions up to 1, in ms."""
    places = [max(0, ceil(share * len(latencies)) - 1) for share in shares]
    return [float(value) / 1e6 for value in np.partition(latencies, places)[places]]


@cache
def requests_needed(percent: float, confidence_percent: float) -> int:
    """Return the number of requests that a percentile needs.

    At least two requests must lie beyond the percentile with the given confidence: n is the
    smallest number for which P(Binomial(n, 1 - percent) <= 1) is at most 1 - confidence.

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
    """Summarise latencies in ns, in order of time; None if there are none."""
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


def _percentiles(latencies: Nanoseconds, method: Method) -> Iterator[Percentile]:
    for percent, ms in zip(
        method.percents, percentiles_ms(latencies, method.percents), strict=True
    ):
        needed_requests = requests_needed(percent, method.needed_percent)
        if len(latencies) < needed_requests:
            yield Percentile(percent, None, needed_requests, len(latencies), None)
        else:
            yield _percentile(latencies, percent, ms, method)


def _percentile(latencies: Nanoseconds, percent: float, ms: float, method: Method) -> Percentile:
    """Return a percentile with its interval, from the effective sample size.

    A percentile depends on the number of requests beyond it, so that their dependence counts.
    """
    needed_requests = requests_needed(percent, method.needed_percent)
    factor = autocorrelation_time(latencies > ms * 1e6)
    effective_sample_size = max(1, int(len(latencies) / factor))
    shares = order_statistics(effective_sample_size, percent / 100, method.confidence_percent)
    if shares is None:
        return Percentile(percent, ms, needed_requests, effective_sample_size, None)
    low, high = quantiles_ms(latencies, shares)
    interval = Interval(low, high, method.confidence_percent)
    return Percentile(percent, ms, needed_requests, effective_sample_size, interval)


def distribution(latencies: Nanoseconds) -> Distribution | None:
    """Return the distribution in about 250 points, denser towards the slowest."""
    n = len(latencies)
    if not n:
        return None
    slowest = 100 - np.geomspace(1, min(1, 100 / n), 60)
    shares = np.concatenate([np.arange(0, 99, 0.5), slowest, [100]]).round(6)
    shares = np.unique(shares)
    return Distribution(tuple(shares.tolist()), tuple(percentiles_ms(latencies, shares.tolist())))
