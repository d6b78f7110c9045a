"""Check that a load was made as planned, and that the target didn't drift."""

from collections.abc import Iterator, Sequence

from celsiusify_reporting.stats.closed_loop import ClosedLoop
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.model import Measurement, Round
from celsiusify_reporting.stats.open_load import OpenLoad
from celsiusify_reporting.validity.finding import (
    Finding,
    FindingCode,
    Kind,
    Severity,
    finding,
    invalid_if,
)


def check_load(
    measurement: Measurement, rounds: Sequence[Round], method: Method
) -> Iterator[Finding]:
    """Check the load of a target for warm-up, drift, and departures from the plan."""
    yield from _warm_up(measurement.name, rounds)
    yield from _drift(measurement.name, rounds, method)
    yield from _steps(measurement.name, rounds, method)
    if measurement.closed_loop:
        yield from _closed_load(measurement.name, measurement.closed_loop, method)
    if measurement.open_load:
        yield from _open_load(measurement, measurement.open_load, method)


def _warm_up(target: str, rounds: Sequence[Round]) -> Iterator[Finding]:
    cuts_s = [round_.stationarity.warm_up_s for round_ in rounds if round_.stationarity]
    warming_up = [cut_s for cut_s in cuts_s if cut_s]
    if warming_up:
        yield finding(
            FindingCode.WARM_UP_IN_WINDOW,
            Kind.NON_STATIONARY,
            Severity.WARNING,
            target,
            warming_up=len(warming_up),
            rounds=len(cuts_s),
            longest_s=max(warming_up),
        )


def _drift(target: str, rounds: Sequence[Round], method: Method) -> Iterator[Finding]:
    judged = [(round_.record.round, round_.stationarity) for round_ in rounds]
    known = [(number, stationarity) for number, stationarity in judged if stationarity]
    drifting = [
        (number, stationarity) for number, stationarity in known if stationarity.stationary is False
    ]
    if drifting:
        yield finding(
            FindingCode.ROUNDS_DRIFT,
            Kind.NON_STATIONARY,
            invalid_if(100 * len(drifting) > method.odd_rounds_percent * len(known)),
            target,
            drifting=len(drifting),
            rounds=len(known),
            numbers=tuple(str(number) for number, _ in drifting),
            spread_percent=max(stationarity.spread_percent for _, stationarity in drifting),
            limit_percent=method.drift_percent,
        )


def _steps(target: str, rounds: Sequence[Round], method: Method) -> Iterator[Finding]:
    """Check steps for drift, which is no fault: a spike is made to show its effect."""
    drifting = [
        (round_.record.round, step, step.stationarity.spread_percent)
        for round_ in rounds
        for step in round_.steps or ()
        if step.stationarity and step.stationarity.stationary is False
    ]
    if drifting:
        number, step, spread_percent = max(drifting, key=lambda drift: drift[2])
        yield finding(
            FindingCode.STEPS_DRIFT,
            Kind.NON_STATIONARY,
            Severity.WARNING,
            target,
            number,
            drifting=len(drifting),
            step=step.step,
            rate_rps=step.rate_rps,
            spread_percent=spread_percent,
            limit_percent=method.drift_percent,
        )


def _closed_load(target: str, loop: ClosedLoop, method: Method) -> Iterator[Finding]:
    if abs(loop.residual_percent) > method.residual_percent:
        yield finding(
            FindingCode.TIME_UNACCOUNTED,
            Kind.UNACCOUNTED_TIME,
            Severity.INVALID,
            target,
            residual_percent=loop.residual_percent,
            limit_percent=method.residual_percent,
            users=loop.users,
        )
    if loop.added_percent is not None and loop.added_percent > method.added_think_percent:
        yield finding(
            FindingCode.THINK_TIME_ADDED,
            Kind.LATE,
            Severity.WARNING,
            target,
            added_ms=loop.added_ms,
            added_percent=loop.added_percent,
            limit_percent=method.added_think_percent,
        )


def _open_load(measurement: Measurement, load: OpenLoad, method: Method) -> Iterator[Finding]:
    if load.delivered_percent < method.delivered_percent:
        # Under a spike a target may fail to keep up: that is then what was measured.
        stepped = bool(measurement.steps)
        yield finding(
            FindingCode.ARRIVALS_NOT_SENT_IN_STEPS if stepped else FindingCode.ARRIVALS_NOT_SENT,
            Kind.LATE,
            invalid_if(not stepped),
            measurement.name,
            delivered_percent=load.delivered_percent,
            limit_percent=method.delivered_percent,
            dropped=load.dropped,
        )
