"""Compute confidence intervals, and the effective size of a dependent sample."""

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import fft
from scipy.special import stdtrit


@dataclass(frozen=True)
class Interval:
    """A confidence interval from `low` to `high`."""

    low: float
    high: float
    confidence_percent: float


def order_statistics(
    n: int, share: float, confidence_percent: float
) -> tuple[Fraction, Fraction] | None:
    """Return the ranks whose values enclose a quantile, whatever the distribution.

    Of n independent values, Binomial(n, share) lie below the quantile.

    Args:
        n: The number of independent values, or the effective sample size.
        share: The quantile, such as 0.99.
        confidence_percent: The least confidence.

    Returns:
        The ranks divided by n; None if the sample is too small for either end.

    Source:
        H. A. David, H. N. Nagaraja, Order Statistics (3rd edition, 2003), section 7.1.
    """
    # The import takes a second, which a comparison of reports does without.
    from scipy import stats

    risk = (1 - confidence_percent / 100) / 2
    below = stats.binom(n, share)
    first, last = int(below.ppf(risk)), int(below.ppf(1 - risk)) + 1
    return (Fraction(first, n), Fraction(last, n)) if first > 0 and last <= n else None


def half_width(deviation: float, n: int, risk: float) -> float:
    """Return half the width of Student's interval of a mean of n values."""
    return float(stdtrit(n - 1, 1 - risk / 2)) * deviation / math.sqrt(n)


def autocorrelation_time(series: npt.NDArray[Any]) -> float:
    """Return how many values of a series are worth one independent value.

    The time is 1 + 2 Σ ρ(k) over the lags k. The sum ends where the sums of neighbouring pairs,
    which must be positive and falling, are lost in noise.

    Args:
        series: The values in order of time, shape `(n,)`.

    Source:
        C. J. Geyer, "Practical Markov chain Monte Carlo", Statistical Science 7 (1992), section
        3.3: the initial monotone sequence estimator.
    """
    correlations = autocorrelation(series)
    if len(correlations) < 2:
        return 1.0
    pairs = correlations[: len(correlations) // 2 * 2].reshape(-1, 2).sum(axis=1)
    negative = np.flatnonzero(pairs <= 0)
    positive = pairs[: negative[0]] if len(negative) else pairs
    return max(1.0, 2 * float(np.minimum.accumulate(positive).sum()) - 1)


def autocorrelation(series: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return ρ(0) = 1, ρ(1) … of a series; none if the series doesn't vary."""
    if len(series) < 2:
        return np.array([])
    centred = np.asarray(series, dtype=np.float64) - np.mean(series)
    if not centred.any():
        return np.array([])
    size = fft.next_fast_len(2 * len(centred), real=True)
    power = np.abs(fft.rfft(centred, size)) ** 2
    sums = fft.irfft(power, size)[: len(centred)]
    correlations: npt.NDArray[np.float64] = sums / sums[0]
    return correlations
