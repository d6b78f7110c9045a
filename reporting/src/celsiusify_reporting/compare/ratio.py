"""The ratio of two figures that were each taken several times, and where it lies."""

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
    """How many times the second figures the first ones are.

    Attributes:
        value: The geometric mean of the rounds' ratios.
        interval: Where the ratio lies that more rounds would come to.
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
    """The ratio of figures, round by round, and its interval.

    Requests of a round depend on each other, and rounds differ by more than their requests do:
    rounds are what is counted. Paired are those that were loaded one after the other, so that
    what slowed both of them cancels out. Student's interval is taken of the logarithms, since
    resampling five rounds leaves out the true ratio far more often than it says; the tests show
    by how much.

    Args:
        first: Figures above nought, one a round.
        second: Those they are divided by; as many where they are paired.
        paired: Whether those of the same place belong together.
        confidence_percent: Of the interval.

    Returns:
        None where there are fewer than two of either, which have no scatter.

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
    parts = [float(np.var(one, ddof=1)) / len(one) for one in (first, second)]
    error = sum(parts) ** 0.5
    scatter = error * min(len(first), len(second)) ** 0.5
    if not error:
        return 0.0, 0.0
    freedom = error**4 / sum(
        part**2 / (len(one) - 1) for part, one in zip(parts, (first, second), strict=True)
    )
    return scatter, float(stdtrit(freedom, 1 - risk / 2)) * error


def rounds_needed(ratio: Ratio, method: Method) -> int | None:
    """How many rounds, of each target, would tell whether there is a difference.

    As many as make the interval exclude 1, or lie within what counts as equivalent, were the
    ratio and the scatter to stay; None where that takes more than are proposed.
    """
    edge = log(1 + method.equivalence_percent / 100)
    off = abs(log(ratio.value))
    room = off if off > edge else edge - off
    risk = 1 - ratio.interval.confidence_percent / 100
    for n in range(method.fewest_rounds, method.most_rounds + 1):
        if half_width(ratio.scatter, n, risk) <= room:
            return n
    return None


def shared(confidence_percent: float, intervals: int) -> float:
    """The confidence of each of so many intervals, for all of them to hold together.

    Source:
        O. J. Dunn, "Multiple comparisons among means", JASA 56 (1961).
    """
    return 100 - (100 - confidence_percent) / max(1, intervals)
