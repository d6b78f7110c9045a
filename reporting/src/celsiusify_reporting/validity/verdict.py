"""Whether a run measured its targets, or its own load generator, or nothing that lasts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from celsiusify_reporting.inputs.cluster_json import Cluster
from celsiusify_reporting.inputs.run_json import Run
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.model import Measurement, Round
from celsiusify_reporting.validity.completeness import check_answers, check_parts, check_search
from celsiusify_reporting.validity.finding import Finding
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
    """`VALID` or `INVALID`, and why; warnings leave a run valid."""

    word: str
    reasons: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    headroom: tuple[Headroom, ...]

    @property
    def valid(self) -> bool:
        """Whether anything may be concluded."""
        return not self.reasons


def judge(
    run: Run, measurements: Sequence[Measurement], method: Method, cluster: Cluster | None = None
) -> Verdict:
    """Check a run against every limit of its method."""
    rooms = tuple(found for one in measurements if (found := headroom(run, one)))
    findings = [
        *check_answers(run),
        *check_search(run),
        *check_workers(run),
        *(finding for one in measurements for finding in _target(run, one, method)),
        *check_headroom(run, rooms, method),
        *check_samples(cluster, measurements, method),
    ]
    reasons = tuple(one for one in findings if one.invalid)
    warnings = tuple(one for one in findings if not one.invalid)
    return Verdict("INVALID" if reasons else "VALID", reasons, warnings, rooms)


def _target(run: Run, one: Measurement, method: Method) -> Iterator[Finding]:
    rounds = [each for each in one.rounds if _judged(run, each)]
    yield from check_parts(one, rounds, method)
    yield from check_load(one, rounds, method)
    yield from check_generator(run, one, rounds, method)
    yield from check_throttling(run, one, rounds, method)
    yield from check_clocks(run, one, method)
    yield from check_counts(one)


def _judged(run: Run, each: Round) -> bool:
    # A search drives a target over its limit on purpose: only what confirms its answer counts.
    return run.kind == "loads" or each.record.phase == "confirm"
