"""Compare each pair of targets of a run by each measure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations

from celsiusify_reporting.compare.ratio import Ratio, ratio_interval, rounds_needed, shared
from celsiusify_reporting.stats.intervals import Interval
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.model import Figures, Measurement
from celsiusify_reporting.stats.window_stats import WindowStats

MOST_PAIRS = 3  # the pairs of three targets; the plot and the sentences of more would fill pages


class Measure(StrEnum):
    """A figure of a round that targets are compared by."""

    P50_MS = "p50_ms"
    P99_MS = "p99_ms"
    THROUGHPUT_RPS = "throughput_rps"
    CPU_S_PER_REQUESTS = "cpu_s_per_requests"


FIGURES: dict[Measure, Callable[[WindowStats], float | None]] = {
    Measure.P50_MS: lambda stats: stats.percentile_ms(50),
    Measure.P99_MS: lambda stats: stats.percentile_ms(99),
    Measure.THROUGHPUT_RPS: lambda stats: stats.throughput.succeeded_rps,
    Measure.CPU_S_PER_REQUESTS: lambda stats: stats.cpu_s_per_requests,
}


class Outcome(StrEnum):
    """What a comparison shows of the first target's figure."""

    LOWER = "lower"
    HIGHER = "higher"
    EQUIVALENT = "equivalent"
    NO_DIFFERENCE_SHOWN = "no_difference_shown"
    UNDECIDED = "undecided"
    NOT_COMPARED = "not_compared"


class ObstacleCode(StrEnum):
    """An obstacle to a comparison; LEGACY holds an older report's `text`."""

    INVALID_RUN = "invalid_run"
    SCHEDULE_SETS_RATE = "schedule_sets_rate"
    LOAD_SETS_BOTH_RATES = "load_sets_both_rates"
    LOAD_SETS_ONE_RATE = "load_sets_one_rate"
    TOO_FEW_ROUNDS = "too_few_rounds"
    LEGACY = "legacy"


@dataclass(frozen=True)
class Obstacle:
    """The reason why two targets weren't compared."""

    code: ObstacleCode
    figures: Figures = field(default_factory=dict)


@dataclass(frozen=True)
class Comparison:
    """The ratio of the first target's figure to the second target's.

    Attributes:
        first: The name of the first target; `first_title` is its title.
        first_value: The first target's figure over all rounds together.
        rounds: The number of rounds in which both targets have the figure.
        per_round: The ratio in each of these rounds.
        ratio: The geometric mean of these ratios.
        interval: The interval of the ratio; all intervals of a report hold together with
            `Method.confidence_percent`.
        outcome: EQUIVALENT if the whole interval counts as equivalent, LOWER or HIGHER if it
            excludes 1 and the ratio isn't equivalent, NO_DIFFERENCE_SHOWN if it allows a small
            difference only, or else UNDECIDED.
        more_rounds: The additional rounds that would decide; None if unknown or too many.
        obstacle: The reason why the targets weren't compared.
        at_rps: The highest rate of a schedule with steps, whose step alone is compared.
    """

    measure: Measure
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
    obstacle: Obstacle | None
    at_rps: float | None = None


def judge(ratio: Ratio, method: Method) -> Outcome:
    """Return what the interval of a ratio shows.

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
        return Outcome.EQUIVALENT
    if high < 1 and ratio.value < 1 / band:
        return Outcome.LOWER
    if low > 1 and ratio.value > band:
        return Outcome.HIGHER
    if low >= 1 / telling and high <= telling:
        return Outcome.NO_DIFFERENCE_SHOWN
    return Outcome.UNDECIDED


def decided(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Return the comparisons that show a difference."""
    return [part for part in comparisons if part.outcome in (Outcome.LOWER, Outcome.HIGHER)]


def many(comparisons: Sequence[Comparison]) -> bool:
    """Return True if a plot or a sentence can't hold all pairs of targets."""
    return len({(part.first, part.second) for part in comparisons}) > MOST_PAIRS


@dataclass(frozen=True)
class Pair:
    """Two targets, and the measure to compare them by."""

    measure: Measure
    first: Measurement
    second: Measurement

    def figures(self) -> tuple[tuple[int, float, float], ...]:
        """Return the number and both figures of each round that has both, above zero."""
        first, second = self._by_round(self.first), self._by_round(self.second)
        return tuple(
            (number, first[number], second[number]) for number in first if number in second
        )

    def _by_round(self, measurement: Measurement) -> dict[int, float]:
        # A figure of zero, such as no CPU time at all, has no ratio to anything.
        return {
            round_.record.round: value
            for round_ in measurement.rounds
            if round_.compared and (value := FIGURES[self.measure](round_.compared))
        }

    def pooled(self, measurement: Measurement) -> float | None:
        """Return a target's figure over all rounds together."""
        return FIGURES[self.measure](measurement.compared) if measurement.compared else None

    def obstacle(self, valid: bool, open_load: bool, method: Method) -> Obstacle | None:
        """Return what keeps the two targets from being compared."""
        if not valid:
            return Obstacle(ObstacleCode.INVALID_RUN)
        if self.measure is Measure.THROUGHPUT_RPS and (limited := self._limited(open_load, method)):
            return limited
        paired = len(self.figures())
        if paired < method.fewest_rounds:
            figures: Figures = {"rounds": paired, "limit_rounds": method.fewest_rounds}
            return Obstacle(ObstacleCode.TOO_FEW_ROUNDS, figures)
        return None

    def _limited(self, open_load: bool, method: Method) -> Obstacle | None:
        if open_load:
            return Obstacle(ObstacleCode.SCHEDULE_SETS_RATE)
        limited = [
            measurement
            for measurement in (self.first, self.second)
            if (measurement.ceiling_percent or 0) > method.near_ceiling_percent
        ]
        if len(limited) == 2:
            return Obstacle(ObstacleCode.LOAD_SETS_BOTH_RATES)
        if not limited:
            return None
        return Obstacle(ObstacleCode.LOAD_SETS_ONE_RATE, {"target": limited[0].name})


def compare_all(
    measurements: Sequence[Measurement], method: Method, *, valid: bool, open_load: bool
) -> tuple[Comparison, ...]:
    """Compare each two targets that answered, by every measure."""
    pairs = [
        Pair(measure, first, second)
        for first, second in combinations(measurements, 2)
        for measure in Measure
    ]
    obstacles = [pair.obstacle(valid, open_load, method) for pair in pairs]
    confidence = shared(method.confidence_percent, sum(part is None for part in obstacles))
    return tuple(
        _compare(pair, obstacle, confidence, method)
        for pair, obstacle in zip(pairs, obstacles, strict=True)
    )


def _compare(
    pair: Pair, obstacle: Obstacle | None, confidence_percent: float, method: Method
) -> Comparison:
    figures = pair.figures()
    first, second = ([figure[place] for figure in figures] for place in (1, 2))
    ratio = ratio_interval(first, second, paired=True, confidence_percent=confidence_percent)
    outcome = Outcome.NOT_COMPARED if obstacle or ratio is None else judge(ratio, method)
    return Comparison(
        measure=pair.measure,
        first=pair.first.name,
        first_title=pair.first.title,
        first_value=pair.pooled(pair.first),
        second=pair.second.name,
        second_title=pair.second.title,
        second_value=pair.pooled(pair.second),
        rounds=len(figures),
        per_round=tuple(
            numerator / denominator for numerator, denominator in zip(first, second, strict=True)
        ),
        ratio=ratio.value if ratio else None,
        interval=None if obstacle or ratio is None else ratio.interval,
        outcome=outcome,
        more_rounds=_more_rounds(ratio, outcome, len(figures), method),
        obstacle=obstacle,
        at_rps=pair.first.peak.rate_rps if pair.first.peak else None,
    )


def _more_rounds(ratio: Ratio | None, outcome: Outcome, rounds: int, method: Method) -> int | None:
    if ratio is None or outcome not in (Outcome.NO_DIFFERENCE_SHOWN, Outcome.UNDECIDED):
        return None
    needed = rounds_needed(ratio, method)
    return None if needed is None else max(1, needed - rounds)
