"""How two targets compare by one measure, and what may be said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from celsiusify_reporting.interval import Interval
from celsiusify_reporting.method import Method
from celsiusify_reporting.ratio import Ratio

Outcome = Literal[
    "lower", "higher", "equivalent", "no difference shown", "can't tell", "not compared"
]
MOST_PAIRS = 3  # those of three targets; the plot and the sentences of more would fill pages


@dataclass(frozen=True)
class Comparison:
    """The first target's figure as so many times the second's.

    Attributes:
        measure: What is compared; `title` is that in words.
        first: The targets' names; `first_title` and so on are their titles.
        first_value: Over all rounds together, as is `second_value`.
        rounds: The rounds that both targets have a figure of; `per_round` are their ratios.
        ratio: Their geometric mean; `interval` is where it lies. All intervals of a report
            together hold with `Method.confidence_percent`.
        outcome: `equivalent` where the whole interval lies within what counts as that; `lower` or
            `higher` where it excludes 1, and the ratio lies beyond. Otherwise
            `no difference shown` where it leaves room for a small one only, or `can't tell`.
        more_rounds: How many more would tell; None where that isn't known or too many.
        why_not: Why it was not compared.
        at_rps: The highest rate of a schedule with steps: all is of that step only.
    """

    measure: str
    title: str
    first: str
    first_title: str
    first_value: float | None
    second: str
    second_title: str
    second_value: float | None
    rounds: int
    per_round: tuple[float, ...]
    ratio: float | None
    interval: Interval | None
    outcome: Outcome
    more_rounds: int | None
    why_not: str | None
    at_rps: float | None = None


def judge(ratio: Ratio, method: Method) -> Outcome:
    """What follows from where a ratio lies.

    Source:
        Equivalence: D. J. Schuirmann, "A comparison of the two one-sided tests procedure",
        J. Pharmacokinetics and Biopharmaceutics 15 (1987); the interval that it asks for is
        narrower than this one. A difference that is sure but too small to matter is none:
        criterion.rs calls it within the noise threshold (book, "Analysis Process").
    """
    low, high = ratio.interval.low, ratio.interval.high
    band = 1 + method.equivalence_percent / 100
    telling = 1 + method.telling_percent / 100
    if low >= 1 / band and high <= band:
        return "equivalent"
    if high < 1 and ratio.value < 1 / band:
        return "lower"
    if low > 1 and ratio.value > band:
        return "higher"
    if low >= 1 / telling and high <= telling:
        return "no difference shown"
    return "can't tell"


def shared(confidence_percent: float, intervals: int) -> float:
    """The confidence of each of so many intervals, for all of them to hold together.

    Source:
        O. J. Dunn, "Multiple comparisons among means", JASA 56 (1961).
    """
    return 100 - (100 - confidence_percent) / max(1, intervals)


def decided(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Those that show a difference."""
    return [one for one in comparisons if one.outcome in ("lower", "higher")]


def many(comparisons: Sequence[Comparison]) -> bool:
    """Whether more targets were compared than a plot or a sentence of all pairs can hold."""
    return len({(one.first, one.second) for one in comparisons}) > MOST_PAIRS
