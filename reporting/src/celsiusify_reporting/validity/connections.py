"""Find replicas without their share of the load, as kept connections may cause."""

from collections.abc import Iterator, Sequence

from celsiusify_reporting.inputs.load_plan import Load
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.model import Measurement
from celsiusify_reporting.validity.finding import Finding, FindingCode, Kind, Severity, finding


def uneven_load(
    load: Load, measurements: Sequence[Measurement], method: Method
) -> Iterator[Finding]:
    """Find targets whose replicas didn't share the load evenly, or may not have."""
    for measurement in measurements:
        yield from _idle(measurement, load)
        if load.keeps_connections:
            yield from _uneven(measurement, method)
            yield from _unnamed(measurement)


def _idle(measurement: Measurement, load: Load) -> Iterator[Finding]:
    """Find ready replicas that answered no request."""
    kept = load.keeps_connections
    unused = [
        change.ready.count
        for change in measurement.changes or ()
        if change.direction == "up"
        and change.ready
        and change.names_instances
        and not change.answered
    ]
    if unused:
        yield finding(
            FindingCode.NEW_REPLICAS_IDLE,
            Kind.SETUP,
            Severity.CAVEAT,
            measurement.name,
            replicas=max(unused),
            keeps_connections=kept,
        )
        return
    answering = measurement.window_stats.instances if measurement.window_stats else None
    replicas = measurement.replicas
    if answering and replicas and answering < replicas.fewest:
        yield finding(
            FindingCode.READY_REPLICAS_IDLE,
            Kind.SETUP,
            Severity.CAVEAT,
            measurement.name,
            answering=answering,
            replicas=replicas.fewest,
            keeps_connections=kept,
        )


def _uneven(measurement: Measurement, method: Method) -> Iterator[Finding]:
    worst = measurement.instances.uneven if measurement.instances else None
    if worst and worst.ratio and worst.ratio > method.uneven_times:
        yield finding(
            FindingCode.INSTANCES_UNEVEN,
            Kind.SETUP,
            Severity.CAVEAT,
            measurement.name,
            worst.round,
            instances=worst.instances,
            busiest_percent=worst.busiest_percent,
            ratio=worst.ratio,
            limit_ratio=method.uneven_times,
        )


def _unnamed(measurement: Measurement) -> Iterator[Finding]:
    """Find targets with several replicas whose answers don't name the instance."""
    replicas, stats = measurement.replicas, measurement.window_stats
    if replicas and replicas.most > 1 and stats and stats.instances is None:
        yield finding(
            FindingCode.INSTANCES_UNNAMED,
            Kind.SETUP,
            Severity.CAVEAT,
            measurement.name,
            replicas=replicas.most,
        )
