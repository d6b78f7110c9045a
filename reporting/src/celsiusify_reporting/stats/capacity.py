"""The highest rate that a target held, and its latencies at each tried rate."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from celsiusify_reporting.inputs.run_json import Capacity, Objective, Run
from celsiusify_reporting.stats.model import Measurement, Round


class CapacityOutcome(StrEnum):
    """The outcome of a search: a rate, a lower bound of it, or no rate at all."""

    HELD = "held"
    HELD_AT_LEAST = "held_at_least"
    NONE_HELD = "none_held"


@dataclass(frozen=True)
class RateTrial:
    """A rate that was tried; percentiles are of latency from when a request was due.

    Attributes:
        held: Whether the requests met the objective; None if there are too few to tell.
    """

    round: int
    phase: str | None
    rate_rps: float
    delivered_percent: float | None
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    failures_percent: float | None
    held: bool | None
    lag_p99_ms: float | None = None


@dataclass(frozen=True)
class CapacityResult:
    """The result of a search for the highest rate.

    Attributes:
        rate_rps: The highest rate that met the objective; None if no rate did.
        limit: `objective`, or `generator` if the target may hold more.
        confirmed: The number of repetitions that met the objective, of `confirmations`.
        above_rps: The lowest rate above `rate_rps` that missed the objective.
        curve: The rates, the lowest first.
    """

    target: str
    title: str
    objective: Objective
    outcome: CapacityOutcome
    rate_rps: float | None
    limit: str | None
    confirmed: int
    confirmations: int
    above_rps: float | None
    curve: tuple[RateTrial, ...]

    @property
    def established(self) -> bool:
        """True if the rate is the target's capacity, and neither the generator's nor luck."""
        return self.rate_rps is not None and self.limit == "objective" and self.all_confirmed

    @property
    def all_confirmed(self) -> bool:
        """True if every repetition met the objective."""
        return 0 < self.confirmations == self.confirmed


def examine(run: Run, measurements: Sequence[Measurement]) -> tuple[CapacityResult, ...]:
    """Return the result of a search for each target; none for other kinds of run."""
    searches = run.capacity or {}
    return tuple(
        _result(measurement, searches[measurement.name])
        for measurement in measurements
        if measurement.name in searches
    )


def _result(measurement: Measurement, search: Capacity) -> CapacityResult:
    trials = [
        _trial(round_, search.objective) for round_ in measurement.rounds if round_.window_stats
    ]
    curve = tuple(sorted(trials, key=lambda trial: (trial.rate_rps, trial.round)))
    missed = [trial.rate_rps for trial in curve if trial.held is False]
    above = [rate for rate in missed if search.rate_rps is None or rate > search.rate_rps]
    return CapacityResult(
        target=measurement.name,
        title=measurement.title,
        objective=search.objective,
        outcome=_outcome(search),
        rate_rps=search.rate_rps,
        limit=search.limit,
        confirmed=sum(search.confirmations),
        confirmations=len(search.confirmations),
        above_rps=min(above, default=None),
        curve=curve,
    )


def _outcome(search: Capacity) -> CapacityOutcome:
    if search.rate_rps is None:
        return CapacityOutcome.NONE_HELD
    if search.limit == "generator":
        return CapacityOutcome.HELD_AT_LEAST
    return CapacityOutcome.HELD


def _trial(round_: Round, objective: Objective) -> RateTrial:
    stats = round_.window_stats
    assert stats
    load, counts = stats.open_load, stats.counts
    due = counts.started + counts.dropped
    failures = 100 * (counts.failed + counts.dropped) / due if due else None
    return RateTrial(
        round=round_.record.round,
        phase=round_.record.phase,
        rate_rps=round_.record.rate_rps or 0,
        delivered_percent=load.delivered_percent if load else None,
        p50_ms=stats.percentile_ms(50),
        p95_ms=stats.percentile_ms(95),
        p99_ms=stats.percentile_ms(99),
        failures_percent=failures,
        lag_p99_ms=load.lag_p99_ms if load else None,
        held=_held(stats.percentile_ms(objective.percentile), failures, objective),
    )


def _held(latency_ms: float | None, failures: float | None, objective: Objective) -> bool | None:
    if failures is not None and failures >= objective.failures_percent:
        return False
    return None if latency_ms is None else latency_ms <= objective.latency_ms
