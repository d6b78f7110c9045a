"""Judge whether a run measured its targets, and not its own load generator."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from celsiusify_reporting.inputs.cluster_json import Cluster
from celsiusify_reporting.inputs.run_json import Run
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.model import Measurement, Round
from celsiusify_reporting.validity.completeness import check_answers, check_parts, check_search
from celsiusify_reporting.validity.finding import Finding, Severity
from celsiusify_reporting.validity.generator import (
    Headroom,
    check_generator,
    check_headroom,
    headroom,
)
from celsiusify_reporting.validity.load_checks import check_load
from celsiusify_reporting.validity.workers import (
    check_clocks,
    check_counts,
    check_samples,
    check_throttling,
    check_workers,
)


@dataclass(frozen=True)
class Verdict:
    """The verdict VALID or INVALID, with its reasons; warnings leave a run valid."""

    word: str
    reasons: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    headroom: tuple[Headroom, ...]

    @property
    def valid(self) -> bool:
        """True if the run allows conclusions."""
        return not self.reasons


def judge(
    run: Run, measurements: Sequence[Measurement], method: Method, cluster: Cluster | None = None
) -> Verdict:
    """Check a run against every limit of its method."""
    headrooms = tuple(room for measurement in measurements if (room := headroom(run, measurement)))
    findings = [
        *check_answers(run),
        *check_search(run),
        *check_workers(run),
        *(
            finding
            for measurement in measurements
            for finding in _check_target(run, measurement, method)
        ),
        *check_headroom(run, headrooms, method),
        *check_samples(cluster, measurements, method),
    ]
    reasons = tuple(part for part in findings if part.severity == Severity.INVALID)
    warnings = tuple(part for part in findings if part.severity == Severity.WARNING)
    return Verdict("INVALID" if reasons else "VALID", reasons, warnings, headrooms)


def _check_target(run: Run, measurement: Measurement, method: Method) -> Iterator[Finding]:
    rounds = [round_ for round_ in measurement.rounds if _is_judged(run, round_)]
    yield from check_parts(measurement, rounds, method)
    yield from check_load(measurement, rounds, method)
    yield from check_generator(run, measurement, rounds, method)
    yield from check_throttling(run, measurement, rounds, method)
    yield from check_clocks(run, measurement, method)
    yield from check_counts(measurement)


def _is_judged(run: Run, round_: Round) -> bool:
    # A search drives a target over its limit on purpose: only what confirms its answer counts.
    return run.kind == "loads" or round_.record.phase == "confirm"
