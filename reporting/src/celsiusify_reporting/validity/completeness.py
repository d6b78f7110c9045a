"""Whether all of a run is there: its rounds, its rows, and right answers before it began."""

from collections.abc import Iterator, Sequence

from celsiusify_reporting.inputs.run_json import Run
from celsiusify_reporting.narrative.formatting import percent, shortened, whole
from celsiusify_reporting.stats.counts import Counts, Reconciliation
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.model import Measurement, Round
from celsiusify_reporting.validity.finding import Finding


def check_answers(run: Run) -> Iterator[Finding]:
    """The gate before all timing: every target must have answered rightly."""
    for name, asked in (run.equivalence.targets if run.equivalence else {}).items():
        if asked.wrong or asked.problem:
            what = (
                asked.problem or f"{whole(asked.wrong)} of {whole(asked.asked)} answers were wrong"
            )
            title = run.targets[name].called if name in run.targets else name
            yield Finding("not equivalent", name, f"{title}: {what}.")


def check_search(run: Run) -> Iterator[Finding]:
    """A search for the highest rate must have come to an end, at each target."""
    for name, target in run.targets.items() if run.kind == "capacity" else ():
        if name not in (run.capacity or {}):
            text = f"{target.called}: the search for its highest rate came to no end."
            yield Finding("incomplete", name, text)


def check_parts(one: Measurement, rounds: Sequence[Round], method: Method) -> Iterator[Finding]:
    """What wasn't measured of a target, and what wasn't counted alike."""
    yield from _state(one)
    yield from _missing(one)
    for each in rounds:
        if each.counting:
            yield from _counted(one, each.record.round, each.counting, method)


def _state(one: Measurement) -> Iterator[Finding]:
    if one.target.state != "complete":
        problems = [each.record.problem for each in one.rounds if each.record.problem]
        why = one.target.problem or next(iter(problems), "it is not recorded why")
        ending = "was interrupted" if one.target.state == "interrupted" else "failed"
        why = shortened(why, word=80).removesuffix(".")
        yield Finding("incomplete", one.name, f"{one.title}: the run {ending}: {why}.")


def _missing(one: Measurement) -> Iterator[Finding]:
    for reason in one.unmeasured:
        yield Finding("lossy", one.name, f"{one.title}: {reason}.")
    for reason in one.missing:
        yield Finding("unknown", one.name, f"{one.title}: {reason}.", invalid=False)


def _counted(
    one: Measurement, number: int, counting: Reconciliation, method: Method
) -> Iterator[Finding]:
    declared = counting.declared
    if declared and not counting.complete:
        off = 100 * counting.rows_gap / max(1, declared.started)
        yield Finding(
            "lossy",
            one.name,
            f"{one.title}, round {number}: the counts don't agree. The rows say "
            f"{_outcomes(counting.rows)}; the load generator says {_outcomes(declared)}.",
            invalid=off > method.count_gap_percent,
        )
    share = counting.server_gap_percent
    if share is not None and abs(share) > method.count_gap_percent:
        yield Finding(
            "lossy",
            one.name,
            f"{one.title}, round {number}: the target itself counted {whole(counting.server)} "
            f"requests, the load generator {whole(counting.rows.started)} ({percent(share)} off).",
        )


def _outcomes(counts: Counts) -> str:
    dropped = f", {whole(counts.dropped)} dropped" if counts.dropped else ""
    return (
        f"{whole(counts.started)} started, {whole(counts.succeeded)} succeeded, "
        f"{whole(counts.failed)} failed, {whole(counts.aborted)} aborted{dropped}"
    )
