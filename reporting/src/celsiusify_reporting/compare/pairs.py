"""Compare each pair of targets of a run by each measure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from celsiusify_reporting.compare.ratio import Ratio, ratio_interval, rounds_needed, shared
from celsiusify_reporting.stats.intervals import Interval
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.model import Measurement
from celsiusify_reporting.stats.window_stats import WindowStats

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


def decided(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Those that show a difference."""
    return [one for one in comparisons if one.outcome in ("lower", "higher")]


def many(comparisons: Sequence[Comparison]) -> bool:
    """Whether more targets were compared than a plot or a sentence of all pairs can hold."""
    return len({(one.first, one.second) for one in comparisons}) > MOST_PAIRS


@dataclass(frozen=True)
class Measure:
    """A figure of a round that targets are compared by."""

    name: str
    title: str
    of: Callable[[WindowStats], float | None]


MEASURES = (
    Measure("p50_ms", "median latency", lambda stats: stats.percentile_ms(50)),
    Measure("p99_ms", "99th percentile of latency", lambda stats: stats.percentile_ms(99)),
    Measure(
        "throughput_rps",
        "requests per second",
        lambda stats: stats.throughput.succeeded_rps,
    ),
    Measure(
        "cpu_s_per_requests",
        "CPU time per request",
        lambda stats: stats.cpu_s_per_requests,
    ),
)


@dataclass(frozen=True)
class Pair:
    """Two targets, and the measure that they are to be compared by."""

    measure: Measure
    first: Measurement
    second: Measurement

    def figures(self) -> tuple[tuple[int, float, float], ...]:
        """The rounds that have both figures, above nought: the number, the first, the second."""
        first, second = self._by_round(self.first), self._by_round(self.second)
        return tuple(
            (number, first[number], second[number]) for number in first if number in second
        )

    def _by_round(self, one: Measurement) -> dict[int, float]:
        # What was too little to measure, such as no CPU time at all, has no ratio to anything.
        return {
            round_.record.round: value
            for round_ in one.rounds
            if round_.compared and (value := self.measure.of(round_.compared))
        }

    def why_not(self, valid: bool, open_load: bool, method: Method) -> str | None:
        """What keeps the two from being compared, if anything."""
        if not valid:
            return "the measurement is invalid"
        if self.measure.name == "throughput_rps" and (limited := self._limited(open_load, method)):
            return limited
        paired = len(self.figures())
        if paired < method.fewest_rounds:
            rounds = "round" if paired == 1 else "rounds"
            return f"{paired} {rounds} of both; it takes {method.fewest_rounds}"
        return None

    def _limited(self, open_load: bool, method: Method) -> str | None:
        if open_load:
            return "the load's schedule sets it"
        near = [
            one.title
            for one in (self.first, self.second)
            if (one.ceiling_percent or 0) > method.near_ceiling_percent
        ]
        if len(near) == 2:
            return "the load sets it"
        return f"the load sets that of {near[0]}" if near else None


def compare_all(
    measurements: Sequence[Measurement], method: Method, *, valid: bool, open_load: bool
) -> tuple[Comparison, ...]:
    """Compare each two targets that answered, by every measure."""
    pairs = [
        Pair(measure, first, second)
        for first, second in combinations(measurements, 2)
        for measure in MEASURES
    ]
    reasons = [pair.why_not(valid, open_load, method) for pair in pairs]
    confidence = shared(method.confidence_percent, sum(reason is None for reason in reasons))
    return tuple(
        _compare(pair, reason, confidence, method)
        for pair, reason in zip(pairs, reasons, strict=True)
    )


def _compare(
    pair: Pair, why_not: str | None, confidence_percent: float, method: Method
) -> Comparison:
    figures = pair.figures()
    first, second = ([figure[place] for figure in figures] for place in (1, 2))
    ratio = ratio_interval(first, second, paired=True, confidence_percent=confidence_percent)
    outcome: Outcome = "not compared" if why_not or ratio is None else judge(ratio, method)
    return Comparison(
        measure=pair.measure.name,
        title=pair.measure.title,
        first=pair.first.name,
        first_title=pair.first.title,
        first_value=_pooled(pair.measure, pair.first),
        second=pair.second.name,
        second_title=pair.second.title,
        second_value=_pooled(pair.measure, pair.second),
        rounds=len(figures),
        per_round=tuple(one / other for one, other in zip(first, second, strict=True)),
        ratio=ratio.value if ratio else None,
        interval=None if why_not or ratio is None else ratio.interval,
        outcome=outcome,
        more_rounds=_more(ratio, outcome, len(figures), method),
        why_not=why_not,
        at_rps=pair.first.peak.rate_rps if pair.first.peak else None,
    )


def _pooled(measure: Measure, one: Measurement) -> float | None:
    return measure.of(one.compared) if one.compared else None


def _more(ratio: Ratio | None, outcome: Outcome, rounds: int, method: Method) -> int | None:
    if ratio is None or outcome not in ("no difference shown", "can't tell"):
        return None
    needed = rounds_needed(ratio, method)
    return None if needed is None else max(1, needed - rounds)
