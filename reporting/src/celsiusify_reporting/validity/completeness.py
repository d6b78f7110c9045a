"""Check that a run is complete: its preflight, its rounds and its requests."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from celsiusify_reporting.inputs.run_json import Run
from celsiusify_reporting.stats.counts import Reconciliation
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


def check_answers(run: Run) -> Iterator[Finding]:
    """Check that every target answered correctly before any timing."""
    for name, answers in (run.equivalence.targets if run.equivalence else {}).items():
        kind, severity = Kind.NOT_EQUIVALENT, Severity.INVALID
        if answers.problem:
            code = FindingCode.PREFLIGHT_FAILED
            yield finding(code, kind, severity, name, problem=answers.problem)
        elif answers.wrong:
            code, counts = FindingCode.WRONG_ANSWERS, (answers.wrong, answers.asked)
            yield finding(code, kind, severity, name, wrong=counts[0], asked=counts[1])


def check_search(run: Run) -> Iterator[Finding]:
    """Check that a search for the highest rate ended at each target."""
    for name in run.targets if run.kind == "capacity" else ():
        if name not in (run.capacity or {}):
            yield finding(FindingCode.SEARCH_UNFINISHED, Kind.INCOMPLETE, Severity.INVALID, name)


def check_parts(
    measurement: Measurement, rounds: Sequence[Round], method: Method
) -> Iterator[Finding]:
    """Check that a target was measured as planned, and that its counts agree."""
    yield from _state(measurement)
    yield from _missing(measurement)
    for round_ in rounds:
        if round_.counting:
            yield from _counts(measurement.name, round_.record.round, round_.counting, method)


def _state(measurement: Measurement) -> Iterator[Finding]:
    target = measurement.target
    if target.state == "complete":
        return
    problems = [round_.record.problem for round_ in measurement.rounds if round_.record.problem]
    interrupted = target.state == "interrupted"
    yield finding(
        FindingCode.RUN_INTERRUPTED if interrupted else FindingCode.RUN_FAILED,
        Kind.INCOMPLETE,
        Severity.INVALID,
        measurement.name,
        problem=target.problem or next(iter(problems), None),
    )


def _missing(measurement: Measurement) -> Iterator[Finding]:
    for missing in measurement.unmeasured:
        yield Finding(
            missing.code,
            Kind.LOSSY,
            Severity.INVALID,
            measurement.name,
            missing.round,
            missing.figures,
        )
    for missing in measurement.missing:
        yield Finding(
            missing.code, Kind.UNKNOWN, Severity.WARNING, measurement.name, None, missing.figures
        )


def _counts(
    target: str, number: int, counting: Reconciliation, method: Method
) -> Iterator[Finding]:
    declared = counting.declared
    if declared and not counting.complete:
        off_percent = 100 * counting.rows_gap / max(1, declared.started)
        yield finding(
            FindingCode.GENERATOR_COUNTS_DIFFER,
            Kind.LOSSY,
            invalid_if(off_percent > method.count_gap_percent),
            target,
            number,
            **{f"rows_{outcome}": count for outcome, count in asdict(counting.rows).items()},
            **{f"generator_{outcome}": count for outcome, count in asdict(declared).items()},
        )
    gap_percent = counting.server_gap_percent
    if gap_percent is not None and abs(gap_percent) > method.count_gap_percent:
        yield finding(
            FindingCode.SERVER_COUNT_DIFFERS,
            Kind.LOSSY,
            Severity.INVALID,
            target,
            number,
            server=counting.server,
            started=counting.rows.started,
            gap_percent=gap_percent,
        )
