"""Whether a target got worse from one run to another by more than is allowed."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from celsiusify_reporting.compare.ratio import Ratio, ratio_interval, shared
from celsiusify_reporting.inputs.report_json import (
    StoredMeasurement,
    StoredReport,
    StoredStatistics,
)
from celsiusify_reporting.stats.method import Method

SHARE = re.compile(r"(\d+(?:\.\d+)?)%")
Outcome = Literal["within bounds", "REGRESSED", "can't tell", "not measured"]


@dataclass(frozen=True)
class Metric:
    """A figure of a round; `higher_is_worse` says which way it regresses."""

    name: str
    unit: str
    of: Callable[[StoredStatistics], float | None]
    higher_is_worse: bool = True


def _percentile(percent: float) -> Callable[[StoredStatistics], float | None]:
    return lambda stats: stats.percentile_ms(percent)


METRICS = {
    metric.name: metric
    for metric in (
        *(Metric(f"p{one:g}", "ms", _percentile(one)) for one in (50, 90, 95, 99, 99.9)),
        Metric("throughput", "requests/s", lambda one: one.throughput.succeeded_rps, False),
        Metric("cpu", "CPU s per 1,000", lambda one: one.cpu_s_per_requests),
        Metric("memory", "MiB", lambda one: one.process.max_rss_mib if one.process else None),
    )
}


@dataclass(frozen=True)
class Bound:
    """How much worse a metric may get, in percent of what it was."""

    metric: Metric
    percent: float

    def worse_than_allowed(self, ratio: float) -> bool:
        """Whether new by old is beyond the bound."""
        if self.metric.higher_is_worse:
            return ratio > 1 + self.percent / 100
        return ratio < 1 - self.percent / 100


def parse_bound(text: str) -> Bound:
    """A bound from a text such as `p99:5%`.

    Raises:
        ValueError: If it isn't one.
    """
    name, _, share = text.partition(":")
    if name not in METRICS:
        raise ValueError(f"no metric {name!r}; expected {', '.join(METRICS)}")
    if not (matched := SHARE.fullmatch(share)):
        raise ValueError(f"no bound {text!r}; expected one such as {name}:5%")
    return Bound(METRICS[name], float(matched[1]))


@dataclass(frozen=True)
class Check:
    """A bound, held against what a target's rounds were in two runs.

    Attributes:
        old: The figure over all rounds of the run before; `new` is that of the run after.
        ratio: New by old, with its interval; None where one of the runs has a single round.
    """

    target: str
    bound: Bound
    old: float | None
    new: float | None
    ratio: Ratio | None
    outcome: Outcome


def check_all(
    old: StoredReport, new: StoredReport, bounds: Sequence[Bound], method: Method
) -> tuple[Check, ...]:
    """Hold every bound against every target that both runs have."""
    before = {one.name: one for one in old.measurements}
    pairs = [(before[one.name], one) for one in new.measurements if one.name in before]
    confidence = shared(method.confidence_percent, len(pairs) * len(bounds))
    return tuple(_check(*pair, bound, confidence) for pair in pairs for bound in bounds)


def _check(
    old: StoredMeasurement, new: StoredMeasurement, bound: Bound, confidence_percent: float
) -> Check:
    ratio = ratio_interval(
        _figures(new, bound.metric),
        _figures(old, bound.metric),
        paired=False,
        confidence_percent=confidence_percent,
    )
    figures = _pooled(old, bound.metric), _pooled(new, bound.metric)
    return Check(new.name, bound, *figures, ratio, _outcome(figures, ratio, bound))


def _figures(one: StoredMeasurement, metric: Metric) -> list[float]:
    # A ratio needs figures above nought.
    figures = (metric.of(round_.window_stats) for round_ in one.rounds if round_.window_stats)
    return [figure for figure in figures if figure]


def _pooled(one: StoredMeasurement, metric: Metric) -> float | None:
    return metric.of(one.window_stats) if one.window_stats else None


def _outcome(
    figures: tuple[float | None, float | None], ratio: Ratio | None, bound: Bound
) -> Outcome:
    if None in figures:
        return "not measured"
    if ratio is None:
        return "can't tell"
    ends = [bound.worse_than_allowed(end) for end in (ratio.interval.low, ratio.interval.high)]
    if all(ends):
        return "REGRESSED"
    return "can't tell" if any(ends) else "within bounds"


def regressed(checks: Sequence[Check]) -> Iterator[Check]:
    """Those that got worse than is allowed."""
    return (check for check in checks if check.outcome == "REGRESSED")
