"""Intervals that hold a figure with a given confidence."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from scipy import stats


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
    risk = (1 - confidence_percent / 100) / 2
    below = stats.binom(n, share)
    first, last = int(below.ppf(risk)), int(below.ppf(1 - risk)) + 1
    return (Fraction(first, n), Fraction(last, n)) if first > 0 and last <= n else None


def half_width(deviation: float, n: int, risk: float) -> float:
    """Half of Student's interval of a mean of n values with that standard deviation."""
    return float(stats.t.ppf(1 - risk / 2, n - 1)) * deviation / math.sqrt(n)
