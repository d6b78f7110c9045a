"""Check whether the load generator was at its own limit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from celsiusify_reporting.inputs.run_json import Run
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.model import Measurement, Round
from celsiusify_reporting.validity.finding import (
    Finding,
    FindingCode,
    Kind,
    Severity,
    finding,
    invalid_if,
)


@dataclass(frozen=True)
class Headroom:
    """The capacity of the load generator divided by the rate that it achieved.

    Attributes:
        calibrated_rps: The rate against a null server.
        achieved_rps: The rate of finished requests at the target, in the highest step.
    """

    target: str
    protocol: str
    calibrated_rps: float
    achieved_rps: float
    ratio: float
    floor_p50_ms: float | None


def headroom(run: Run, measurement: Measurement) -> Headroom | None:
    """Return the headroom at a target; None without calibration or finished requests."""
    protocol = measurement.target.protocol
    calibrated = (run.calibration or {}).get(protocol or "")
    stats = measurement.compared
    if not calibrated or not protocol or not stats or not stats.throughput.finished_rps:
        return None
    achieved_rps = stats.throughput.finished_rps
    ratio = calibrated.rate_rps / achieved_rps
    return Headroom(
        measurement.name,
        protocol,
        calibrated.rate_rps,
        achieved_rps,
        ratio,
        calibrated.floor_p50_ms,
    )


def check_headroom(run: Run, headrooms: Sequence[Headroom], method: Method) -> Iterator[Finding]:
    """Check that the load generator was calibrated and could do more than it did."""
    if not run.calibration:
        yield finding(FindingCode.NOT_CALIBRATED, Kind.UNKNOWN, Severity.WARNING)
    for room in headrooms:
        if room.ratio < method.headroom:
            yield finding(
                FindingCode.LOW_HEADROOM,
                Kind.GENERATOR_BOUND,
                Severity.INVALID,
                room.target,
                calibrated_rps=room.calibrated_rps,
                achieved_rps=room.achieved_rps,
                headroom=room.ratio,
                limit_headroom=method.headroom,
            )


def check_generator(
    run: Run, measurement: Measurement, rounds: Sequence[Round], method: Method
) -> Iterator[Finding]:
    """Check that the load generator was neither busy nor late at a target."""
    yield from _busy(measurement, method)
    yield from _late(run, measurement, rounds, method)


def _busy(measurement: Measurement, method: Method) -> Iterator[Finding]:
    cpu_percent = measurement.compared.generator_percent if measurement.compared else None
    if cpu_percent is not None and cpu_percent > method.generator_cpu_percent:
        yield finding(
            FindingCode.GENERATOR_BUSY,
            Kind.GENERATOR_BOUND,
            Severity.INVALID,
            measurement.name,
            cpu_percent=cpu_percent,
            limit_percent=method.generator_cpu_percent,
        )


def _late(
    run: Run, measurement: Measurement, rounds: Sequence[Round], method: Method
) -> Iterator[Finding]:
    """Check the lag of the load generator, round by round."""
    lags_ms = [lag_ms for round_ in rounds if (lag_ms := _lag_ms(round_)) is not None]
    worst_ms = max(lags_ms, default=0.0)
    if worst_ms <= method.lag_warning_ms:
        return
    late = sum(lag_ms > method.lag_limit_ms for lag_ms in lags_ms)
    limit_ms = method.lag_limit_ms if late else method.lag_warning_ms
    # A search's capacity holds all the same: its latencies count from when requests were due, so
    # that lateness can only make the rate lower.
    invalid = 100 * late > method.odd_rounds_percent * len(lags_ms) and run.kind == "loads"
    closed = run.load.model == "closed"
    yield finding(
        FindingCode.GENERATOR_LATE if closed else FindingCode.ARRIVALS_LATE,
        Kind.GENERATOR_BOUND if closed else Kind.LATE,
        invalid_if(invalid),
        measurement.name,
        late_rounds=sum(lag_ms > limit_ms for lag_ms in lags_ms),
        rounds=len(lags_ms),
        lag_p99_ms=worst_ms,
        limit_ms=limit_ms,
    )


def _lag_ms(round_: Round) -> float | None:
    """Return the 99th percentile of the lag, of arrivals or of the event loop."""
    if round_.window_stats and round_.window_stats.open_load:
        return round_.window_stats.open_load.lag_p99_ms
    return round_.record.lag_us.p99 / 1000 if round_.record.lag_us else None
