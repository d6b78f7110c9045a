"""Find what limits the results of a valid run, besides the verdict's warnings."""

from collections.abc import Iterator, Sequence

from celsiusify_reporting.compare.parity import CPU_CONDITIONS, Parity
from celsiusify_reporting.inputs.cluster_json import Cluster
from celsiusify_reporting.inputs.run_json import Run
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.model import Measurement
from celsiusify_reporting.validity.connections import uneven_load
from celsiusify_reporting.validity.deployment import cluster_caveats
from celsiusify_reporting.validity.finding import Finding, FindingCode, Kind, Severity, finding


def caveats(
    run: Run,
    measurements: Sequence[Measurement],
    parity: Parity,
    method: Method,
    cluster: Cluster | None,
) -> tuple[Finding, ...]:
    """Find all that limits the results of a run, the most important limit first."""
    return (
        *_engines(measurements),
        *_unequal(parity),
        *uneven_load(run.load, measurements, method),
        *(cluster_caveats(cluster, measurements) if cluster else _setup(run, measurements)),
        *_few_rounds(measurements, method),
    )


def _engines(measurements: Sequence[Measurement]) -> Iterator[Finding]:
    for measurement in measurements:
        engine = measurement.target.engine
        if measurement.counting and engine and engine.caveat:
            yield finding(
                FindingCode.ENGINE_CAVEAT,
                Kind.SETUP,
                Severity.CAVEAT,
                measurement.name,
                caveat=engine.caveat,
            )


def _unequal(parity: Parity) -> Iterator[Finding]:
    unequal = parity.unequal
    if len(parity.targets) < 2 or not unequal:
        return
    if unequal[0].condition in CPU_CONDITIONS:
        condition = unequal[0].condition.value
        yield finding(FindingCode.UNEQUAL_CPU, Kind.FAIRNESS, Severity.CAVEAT, condition=condition)
        unequal = unequal[1:]
    if unequal:
        names = tuple(row.name for row in unequal)
        yield finding(
            FindingCode.UNEQUAL_CONDITIONS, Kind.FAIRNESS, Severity.CAVEAT, conditions=names
        )


def _setup(run: Run, measurements: Sequence[Measurement]) -> Iterator[Finding]:
    ran = [measurement for measurement in measurements if measurement.counting]
    unknown = tuple(measurement.name for measurement in ran if measurement.target.engine is None)
    if unknown:
        yield finding(FindingCode.SERVER_UNKNOWN, Kind.SETUP, Severity.CAVEAT, targets=unknown)
    sharing = tuple(measurement.name for measurement in ran if measurement.target.cores is None)
    if sharing and not run.generator.workers:
        yield finding(FindingCode.CORES_SHARED, Kind.SETUP, Severity.CAVEAT, targets=sharing)


def _few_rounds(measurements: Sequence[Measurement], method: Method) -> Iterator[Finding]:
    counts = [
        sum(round_.window_stats is not None for round_ in measurement.rounds)
        for measurement in measurements
    ]
    loaded = [count for count in counts if count]
    if len(loaded) > 1 and min(loaded) < method.fewest_rounds:
        yield finding(
            FindingCode.FEW_ROUNDS,
            Kind.SETUP,
            Severity.CAVEAT,
            rounds=min(loaded),
            limit_rounds=method.fewest_rounds,
        )
