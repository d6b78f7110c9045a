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
    """From `low` to `high`, in the unit of what it is of, with so much confidence."""

    low: float
    high: float
    confidence_percent: float


def order_statistics(
    n: int, share: float, confidence_percent: float
) -> tuple[Fraction, Fraction] | None:
    """The shares of a sample between whose values a quantile lies, whatever the distribution.

    Of n independent values, as many as Binomial(n, share) lie below the quantile.

    Args:
        n: How many independent values there are, or are as good as there.
        share: The quantile, such as 0.99.
        confidence_percent: With what confidence at least.

    Returns:
        Ranks divided by n, or None where the sample is too small to hold either end.

    Source:
        H. A. David, H. N. Nagaraja, Order Statistics (3rd edition, 2003), section 7.1.
    """
    # It takes a second to import, which a comparison of reports does without.
    from scipy import stats

    risk = (1 - confidence_percent / 100) / 2
    below = stats.binom(n, share)
    first, last = int(below.ppf(risk)), int(below.ppf(1 - risk)) + 1
    return (Fraction(first, n), Fraction(last, n)) if first > 0 and last <= n else None


def half_width(deviation: float, n: int, risk: float) -> float:
    """Half of Student's interval of a mean of n values with that standard deviation."""
    return float(stdtrit(n - 1, 1 - risk / 2)) * deviation / math.sqrt(n)


def autocorrelation_time(series: npt.NDArray[Any]) -> float:
    """By how much dependence widens what a series says of its mean: 1 where there is none.

    1 + 2 Σ ρ(k) over the lags k, cut off where the sums of neighbouring pairs, which must be
    positive and falling, are lost in noise. A series is never taken for worth more than its length.

    Args:
        series: Values in order of time, shape `(n,)`.

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
    """ρ(0) = 1, ρ(1) … of a series; empty where it doesn't vary."""
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
