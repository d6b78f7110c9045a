"""Check that several workers made one load, and that replicas were observed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from celsiusify_reporting.inputs.cluster_json import Clock, Cluster
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

UNKNOWN_VERSION = "n/a"


@dataclass(frozen=True)
class WorkerSummary:
    """The workers over all rounds of all targets.

    Attributes:
        version_mismatches: The versions that differ from the leader's, by worker.
        residual_ms: The largest clock offset that the correction left, by worker; None if unknown.
        throttled_percent: The largest throttled share of a round; None if unknown.
    """

    version_mismatches: dict[str, dict[str, str | None]]
    residual_ms: dict[str, float | None]
    throttled_percent: float | None


def examine(run: Run, measurements: Sequence[Measurement]) -> WorkerSummary | None:
    """Summarise the workers; None if one machine made the load."""
    if not run.generator.workers:
        return None
    rounds = [round_ for measurement in measurements for round_ in measurement.rounds]
    offsets = list(residuals(rounds))
    shares = [
        percent for round_ in rounds if (percent := throttled_percent(run, round_)) is not None
    ]
    return WorkerSummary(
        version_mismatches=version_mismatches(run),
        residual_ms={
            worker.name: max(
                (ms for _, name, ms in offsets if name == worker.name and ms is not None),
                key=abs,
                default=None,
            )
            for worker in run.generator.workers
        },
        throttled_percent=max(shares, default=None),
    )


def version_mismatches(run: Run) -> dict[str, dict[str, str | None]]:
    """Return the versions of common packages that differ from the leader's, by worker."""
    leader = {**run.versions, "python": run.machine.python}
    return {
        worker.name: {
            package: version
            for package, version in worker.versions.items()
            if leader.get(package) and version != leader[package]
        }
        for worker in run.generator.workers or ()
    }


def residuals(rounds: Sequence[Round]) -> Iterator[tuple[int, str, float | None]]:
    """Yield the round, the worker, and the clock offset in ms after correction."""
    for round_ in rounds:
        for worker, offset in (round_.record.clock_offset_ms or {}).items():
            yield round_.record.round, worker, offset.residual_ms


def throttled_percent(run: Run, round_: Round) -> float | None:
    """Return the share of a round that a CPU quota throttled, the machines' mean."""
    record = round_.record
    if record.throttled_s is None or record.started_ns is None or record.ended_ns is None:
        return None
    seconds = (record.ended_ns - record.started_ns) / 1e9
    return 100 * record.throttled_s / (seconds * max(1, len(run.generator.workers or ())))


def check_workers(run: Run) -> Iterator[Finding]:
    """Check that all workers ran the leader's versions."""
    for worker, versions in version_mismatches(run).items():
        if versions:
            yield finding(
                FindingCode.VERSIONS_DIFFER,
                Kind.VERSIONS,
                Severity.INVALID,
                worker=worker,
                versions=tuple(
                    f"{package} {version or UNKNOWN_VERSION}"
                    for package, version in versions.items()
                ),
            )


def check_clocks(run: Run, measurement: Measurement, method: Method) -> Iterator[Finding]:
    """Check the offsets of workers' clocks at the end of each round."""
    if not run.generator.workers:
        return
    offsets = list(residuals(measurement.rounds))
    known = [(number, worker, ms) for number, worker, ms in offsets if ms is not None]
    if len(known) < len(offsets) or not offsets:
        yield finding(
            FindingCode.WORKER_CLOCKS_UNKNOWN, Kind.UNKNOWN, Severity.WARNING, measurement.name
        )
    number, worker, ms = max(known, key=lambda offset: abs(offset[2]), default=(0, "", 0.0))
    if abs(ms) > method.clock_warning_ms:
        invalid = abs(ms) > method.clock_limit_ms
        yield finding(
            FindingCode.WORKER_CLOCK_OFF,
            Kind.CLOCK,
            invalid_if(invalid),
            measurement.name,
            number,
            worker=worker,
            residual_ms=ms,
            limit_ms=method.clock_limit_ms if invalid else method.clock_warning_ms,
        )


def check_throttling(
    run: Run, measurement: Measurement, rounds: Sequence[Round], method: Method
) -> Iterator[Finding]:
    """Check whether a CPU quota throttled the load generator."""
    shares = [
        percent for round_ in rounds if (percent := throttled_percent(run, round_)) is not None
    ]
    worst_percent = max(shares, default=0.0)
    if worst_percent <= method.throttled_warning_percent:
        return
    over = sum(percent > method.throttled_percent for percent in shares)
    limit_percent = method.throttled_percent if over else method.throttled_warning_percent
    yield finding(
        FindingCode.GENERATOR_THROTTLED,
        Kind.GENERATOR_BOUND,
        invalid_if(100 * over > method.odd_rounds_percent * len(shares)),
        measurement.name,
        throttled_rounds=sum(percent > limit_percent for percent in shares),
        rounds=len(shares),
        worst_percent=worst_percent,
        limit_percent=limit_percent,
    )


def check_counts(measurement: Measurement) -> Iterator[Finding]:
    """Report a target's own count that is unknown, which is no mismatch."""
    records = [round_.record for round_ in measurement.rounds]
    problems = [record.counts_problem for record in records if record.counts_problem]
    if problems:
        yield finding(
            FindingCode.SERVER_COUNT_UNKNOWN,
            Kind.UNKNOWN,
            Severity.WARNING,
            measurement.name,
            unknown_rounds=len(problems),
            rounds=len(records),
            problem=problems[0],
        )


def check_samples(
    cluster: Cluster | None, measurements: Sequence[Measurement], method: Method
) -> Iterator[Finding]:
    """Check that replicas were observed all the time, by a known clock."""
    if cluster is None:
        return
    kind, severity = Kind.UNKNOWN, Severity.WARNING
    sampling = cluster.sampling
    if sampling.problem:
        yield finding(FindingCode.SAMPLING_INTERRUPTED, kind, severity, problem=sampling.problem)
    elif sampling.missed:
        yield finding(
            FindingCode.SAMPLES_MISSED,
            kind,
            severity,
            missed=sampling.missed,
            samples=(sampling.samples or 0) + sampling.missed,
        )
    unsampled = [
        measurement.name
        for measurement in measurements
        if measurement.counting and not (measurement.timeline or measurement.replicas)
    ]
    if unsampled:
        yield finding(FindingCode.REPLICAS_UNKNOWN, kind, severity, targets=tuple(unsampled))
    else:
        yield from _observer_clock(cluster.clock, method)


def _observer_clock(clock: Clock, method: Method) -> Iterator[Finding]:
    if clock.offset_ms is None:
        yield finding(FindingCode.OBSERVER_CLOCK_UNKNOWN, Kind.CLOCK, Severity.WARNING)
    elif (clock.uncertainty_ms or 0) > method.clock_limit_ms:
        yield finding(
            FindingCode.OBSERVER_CLOCK_UNCERTAIN,
            Kind.CLOCK,
            Severity.WARNING,
            uncertainty_ms=clock.uncertainty_ms,
            limit_ms=method.clock_limit_ms,
        )
