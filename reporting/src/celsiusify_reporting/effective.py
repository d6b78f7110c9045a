"""How many independent values a series of dependent ones is worth."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import fft


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
