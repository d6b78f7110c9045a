"""Check whether a target got worse from one run to another by more than a bound."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from celsiusify_reporting.compare.metric import Bound, Metric
from celsiusify_reporting.compare.ratio import Ratio, ratio_interval, shared
from celsiusify_reporting.inputs.report_json import (
    StoredMeasurement,
    StoredReport,
    StoredStatistics,
)
from celsiusify_reporting.stats.method import Method


class RegressionOutcome(StrEnum):
    """What a check of a bound shows."""

    WITHIN_BOUNDS = "within_bounds"
    REGRESSED = "regressed"
    UNDECIDED = "undecided"
    NOT_MEASURED = "not_measured"


def _percentile(metric: Metric) -> Callable[[StoredStatistics], float | None]:
    percent = float(metric.removeprefix("p"))
    return lambda stats: stats.percentile_ms(percent)


FIGURES: dict[Metric, Callable[[StoredStatistics], float | None]] = {
    **{
        metric: _percentile(metric)
        for metric in (Metric.P50, Metric.P90, Metric.P95, Metric.P99, Metric.P99_9)
    },
    Metric.THROUGHPUT: lambda stats: stats.throughput.succeeded_rps,
    Metric.CPU: lambda stats: stats.cpu_s_per_requests,
    Metric.MEMORY: lambda stats: stats.process.max_rss_mib if stats.process else None,
}


@dataclass(frozen=True)
class Check:
    """The check of a bound at a target of two runs.

    Attributes:
        old: The figure of all rounds of the earlier run.
        new: The figure of all rounds of the later run.
        ratio: The ratio of new to old; None if a run has a single round.
    """

    target: str
    bound: Bound
    old: float | None
    new: float | None
    ratio: Ratio | None
    outcome: RegressionOutcome


def check_all(
    old: StoredReport, new: StoredReport, bounds: Sequence[Bound], method: Method
) -> tuple[Check, ...]:
    """Check every bound at every target that both runs have."""
    before = {measurement.name: measurement for measurement in old.measurements}
    pairs = [
        (before[measurement.name], measurement)
        for measurement in new.measurements
        if measurement.name in before
    ]
    confidence = shared(method.confidence_percent, len(pairs) * len(bounds))
    return tuple(_check(*pair, bound, confidence) for pair in pairs for bound in bounds)


def _check(
    old: StoredMeasurement, new: StoredMeasurement, bound: Bound, confidence_percent: float
) -> Check:
    ratio = ratio_interval(
        _by_round(new, bound.metric),
        _by_round(old, bound.metric),
        paired=False,
        confidence_percent=confidence_percent,
    )
    figures = _pooled(old, bound.metric), _pooled(new, bound.metric)
    return Check(new.name, bound, *figures, ratio, _outcome(figures, ratio, bound))


def _by_round(measurement: StoredMeasurement, metric: Metric) -> list[float]:
    # A ratio needs figures above zero.
    get = FIGURES[metric]
    figures = (get(round_.window_stats) for round_ in measurement.rounds if round_.window_stats)
    return [figure for figure in figures if figure]


def _pooled(measurement: StoredMeasurement, metric: Metric) -> float | None:
    return FIGURES[metric](measurement.window_stats) if measurement.window_stats else None


def _outcome(
    figures: tuple[float | None, float | None], ratio: Ratio | None, bound: Bound
) -> RegressionOutcome:
    if None in figures:
        return RegressionOutcome.NOT_MEASURED
    if ratio is None:
        return RegressionOutcome.UNDECIDED
    ends = [bound.is_exceeded(end) for end in (ratio.interval.low, ratio.interval.high)]
    if all(ends):
        return RegressionOutcome.REGRESSED
    return RegressionOutcome.UNDECIDED if any(ends) else RegressionOutcome.WITHIN_BOUNDS


def regressed(checks: Sequence[Check]) -> Iterator[Check]:
    """Yield the checks whose target got worse by more than the bound."""
    return (check for check in checks if check.outcome is RegressionOutcome.REGRESSED)
