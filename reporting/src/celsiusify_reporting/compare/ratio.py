"""Compute the ratio of two figures over rounds, and its interval."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from celsiusify_reporting.stats.intervals import Interval, half_width
from celsiusify_reporting.stats.method import Method

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Ratio:
    """The ratio of the first figures to the second ones.

    Attributes:
        value: The geometric mean of the rounds' ratios.
        interval: The confidence interval of the ratio.
        scatter: The standard deviation of the logarithms of the rounds' ratios.
    """

    value: float
    interval: Interval
    scatter: float


def ratio_interval(
    first: Sequence[float] | Values,
    second: Sequence[float] | Values,
    *,
    paired: bool,
    confidence_percent: float,
) -> Ratio | None:
    """Return the ratio of figures, round by round, and its interval.

    The sample size is the number of rounds: requests of a round depend on each other, and rounds
    differ by more than their requests do. Rounds that were loaded one after the other are paired,
    so that what slowed both of them cancels out. The interval is Student's, of the logarithms:
    resampling five rounds leaves out the true ratio far more often than promised, as a test shows.

    Args:
        first: The figures of rounds, above 0.
        second: The figures that divide them; as many if they are paired.
        paired: Whether figures at the same place belong together.
        confidence_percent: The confidence of the interval.

    Returns:
        None if there are fewer than two figures of either, which have no scatter.

    Source:
        T. Kalibera, R. Jones, "Rigorous benchmarking in reasonable time", ISMM 2013, for
        repeating at the level that varies and for intervals of ratios; Student, "The probable
        error of a mean", Biometrika 6 (1908), for pairs; B. L. Welch, "The generalization of
        'Student's' problem", Biometrika 34 (1947), for what is unpaired.
    """
    if min(len(first), len(second)) < 2:
        return None
    logs = np.log(first), np.log(second)
    risk = 1 - confidence_percent / 100
    middle = float(logs[0].mean() - logs[1].mean())
    scatter, half = _paired(*logs, risk) if paired else _welch(*logs, risk)
    interval = Interval(exp(middle - half), exp(middle + half), confidence_percent)
    return Ratio(exp(middle), interval, scatter)


def _paired(first: Values, second: Values, risk: float) -> tuple[float, float]:
    scatter = float(np.std(first - second, ddof=1))
    return scatter, half_width(scatter, len(first), risk)


def _welch(first: Values, second: Values, risk: float) -> tuple[float, float]:
    parts = [float(np.var(values, ddof=1)) / len(values) for values in (first, second)]
    error = sum(parts) ** 0.5
    scatter = error * min(len(first), len(second)) ** 0.5
    if not error:
        return 0.0, 0.0
    freedom = error**4 / sum(
        part**2 / (len(values) - 1) for part, values in zip(parts, (first, second), strict=True)
    )
    return scatter, float(stdtrit(freedom, 1 - risk / 2)) * error


def rounds_needed(ratio: Ratio, method: Method) -> int | None:
    """Return the rounds that would decide whether there is a difference.

    With the same ratio and scatter, this many rounds make the interval exclude 1 or count as
    equivalent. None if they exceed `Method.most_rounds`.
    """
    edge = log(1 + method.equivalence_percent / 100)
    distance = abs(log(ratio.value))
    room = distance if distance > edge else edge - distance
    risk = 1 - ratio.interval.confidence_percent / 100
    for n in range(method.fewest_rounds, method.most_rounds + 1):
        if half_width(ratio.scatter, n, risk) <= room:
            return n
    return None


def shared(confidence_percent: float, intervals: int) -> float:
    """Return the confidence of each interval for all of them to hold together.

    Source:
        O. J. Dunn, "Multiple comparisons among means", JASA 56 (1961).
    """
    return 100 - (100 - confidence_percent) / max(1, intervals)
