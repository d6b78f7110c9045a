"""The highest rate that a target held, and its latencies at each rate that was tried."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from celsiusify_reporting.inputs.run_json import Capacity, Objective, Run
from celsiusify_reporting.narrative.formatting import (
    figure,
    limit,
    listing,
    milliseconds,
    setting,
    whole,
)
from celsiusify_reporting.stats.model import Measurement, Round


@dataclass(frozen=True)
class RateTrial:
    """A rate that was tried; percentiles are of latency from when a request was due.

    `held` tells whether the rows hold the objective; None where there are too few to tell.
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
    """What a search came to.

    Attributes:
        rate_rps: The highest rate that held the objective; None where none did.
        limit: `objective`, or `generator`: then the target may hold more.
        confirmed: How many of the `confirmations` held.
        above_rps: The lowest rate above that did not hold: the capacity lies between.
        curve: The rates, the lowest first.
        sentence: All that in words.
    """

    target: str
    title: str
    objective: Objective
    rate_rps: float | None
    limit: str | None
    confirmed: int
    confirmations: int
    above_rps: float | None
    curve: tuple[RateTrial, ...]
    sentence: str

    @property
    def established(self) -> bool:
        """Whether the rate is the target's capacity, and not the generator's, or luck."""
        return self.rate_rps is not None and self.limit == "objective" and self.all_confirmed

    @property
    def all_confirmed(self) -> bool:
        """Whether every repetition held."""
        return 0 < self.confirmations == self.confirmed


def examine(run: Run, measurements: Sequence[Measurement]) -> tuple[CapacityResult, ...]:
    """Sum up a search; nothing for other kinds of run."""
    results = run.capacity or {}
    return tuple(_found(one, results[one.name]) for one in measurements if one.name in results)


def _found(one: Measurement, result: Capacity) -> CapacityResult:
    tried = [_tried(each, result.objective) for each in one.rounds if each.window_stats]
    curve = tuple(sorted(tried, key=lambda each: (each.rate_rps, each.round)))
    failed = [each.rate_rps for each in curve if each.held is False]
    above = [rate for rate in failed if result.rate_rps is None or rate > result.rate_rps]
    return CapacityResult(
        target=one.name,
        title=one.title,
        objective=result.objective,
        rate_rps=result.rate_rps,
        limit=result.limit,
        confirmed=sum(result.confirmations),
        confirmations=len(result.confirmations),
        above_rps=min(above, default=None),
        curve=curve,
        sentence=_sentence(one.title, result),
    )


def _tried(each: Round, objective: Objective) -> RateTrial:
    window_stats = each.window_stats
    assert window_stats
    load, counts = window_stats.open_load, window_stats.counts
    asked = counts.started + counts.dropped
    failures = 100 * (counts.failed + counts.dropped) / asked if asked else None
    return RateTrial(
        round=each.record.round,
        phase=each.record.phase,
        rate_rps=each.record.rate_rps or 0,
        delivered_percent=load.delivered_percent if load else None,
        p50_ms=window_stats.percentile_ms(50),
        p95_ms=window_stats.percentile_ms(95),
        p99_ms=window_stats.percentile_ms(99),
        failures_percent=failures,
        lag_p99_ms=load.lag_p99_ms if load else None,
        held=_held(window_stats.percentile_ms(objective.percentile), failures, objective),
    )


def _held(latency_ms: float | None, failures: float | None, objective: Objective) -> bool | None:
    if failures is not None and failures >= objective.failures_percent:
        return False
    return None if latency_ms is None else latency_ms <= objective.latency_ms


def _sentence(title: str, result: Capacity) -> str:
    objective = result.objective
    held = (
        f"p{setting(objective.percentile)} within {milliseconds(objective.latency_ms)} and less "
        f"than {limit(objective.failures_percent)} failures"
    )
    if result.rate_rps is None:
        return f"{title} held {held} at none of the rates tried"
    rate = f"{figure(result.rate_rps)} requests a second with {held}"
    if result.limit == "generator":
        return f"{title} held at least {rate}: there the load generator gave out"
    return f"{title} held {rate}{_confirmed(result.confirmations)}"


def _confirmed(confirmations: Sequence[bool]) -> str:
    if not confirmations:
        return ", not repeated"
    times = f"{whole(sum(confirmations))} of {whole(len(confirmations))}"
    return f", confirmed {times} times"


def against(found: Sequence[CapacityResult]) -> Iterator[str]:
    """What the searches allow to say of each two targets."""
    for one, other in combinations(found, 2):
        if one.objective != other.objective or not one.rate_rps or not other.rate_rps:
            continue
        high, low = (one, other) if one.rate_rps >= other.rate_rps else (other, one)
        yield _pair(high, low)


def _pair(high: CapacityResult, low: CapacityResult) -> str:
    unsure = [one.title for one in (high, low) if not one.established]
    if not low.established or (unsure and high.limit != "generator"):
        return f"how they compare can't be told, for the limit of {listing(unsure)} wasn't found"
    assert high.rate_rps
    assert low.rate_rps
    least = high.rate_rps / (low.above_rps or low.rate_rps)
    if high.established and high.above_rps:
        if least <= 1:
            return f"{high.title} and {low.title} hold rates too close to be told apart"
        most = high.above_rps / low.rate_rps
        times = f"{figure(least, 2)} to {figure(most, 2)} times"
    else:
        times = f"at least {figure(least, 2)} times"
    return f"{high.title} holds {times} the rate of {low.title}"
