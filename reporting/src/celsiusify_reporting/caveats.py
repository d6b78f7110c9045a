"""What a reader must know before relying on a report's figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from celsiusify_reporting.closed_loop import ClosedLoop
from celsiusify_reporting.counting import Reconciliation
from celsiusify_reporting.measurement import Measurement
from celsiusify_reporting.method import Method
from celsiusify_reporting.throughput import Counts
from celsiusify_reporting.wording import limit, listing, milliseconds, percent, shortened, whole


def caveats(measurements: Sequence[Measurement], method: Method) -> tuple[str, ...]:
    """All that limits what a run shows, as sentences, the weightiest first."""
    return (
        *(text for one in measurements for text in _served(one)),
        *(text for one in measurements for text in _measured(one, method)),
        *_setup(measurements),
        *_repeats(measurements),
    )


def _served(one: Measurement) -> Iterator[str]:
    target = one.target
    if one.counting and target.engine and target.engine.caveat:
        yield f"{target.title}: {target.engine.caveat}"
    if target.state != "complete":
        why = shortened(target.problem or "it is not recorded why", word=80)
        yield f"{target.title}: the run {_ending(target.state)}: {why.removesuffix('.')}."


def _ending(state: str) -> str:
    return "was interrupted" if state == "interrupted" else "failed"


def _measured(one: Measurement, method: Method) -> Iterator[str]:
    for reason in one.missing:
        yield f"{one.title}: {reason}."
    if one.generator_percent is not None and one.generator_percent > method.generator_cpu_percent:
        yield (
            f"{one.title}: the load generator was at its own limit (its busiest process used "
            f"{percent(one.generator_percent)} of a core, over "
            f"{limit(method.generator_cpu_percent)}), so that latencies hold its own delays."
        )
    if one.counting:
        yield from _counted(one.title, one.counting, method)
    if one.closed_loop:
        yield from _asked(one.title, one.closed_loop, method)


def _asked(title: str, loop: ClosedLoop, method: Method) -> Iterator[str]:
    if abs(loop.residual_percent) > method.residual_percent:
        yield (
            f"{title}: {percent(loop.residual_percent)} of the users' time is neither think "
            f"time nor waiting for an answer (over {limit(method.residual_percent)}): not all "
            f"of the {whole(loop.users)} users were at work all the time."
        )
    if loop.added_percent is not None and loop.added_percent > method.added_think_percent:
        yield (
            f"{title}: users thought {milliseconds(loop.added_ms)} longer than asked for "
            f"({percent(loop.added_percent)}, over {limit(method.added_think_percent)}): the load "
            "generator was late, and the load less than the profile says."
        )


def _counted(title: str, counting: Reconciliation, method: Method) -> Iterator[str]:
    if counting.declared and not counting.complete:
        yield (
            f"{title}: the counts don't agree. The rows say {_outcomes(counting.rows)}; "
            f"the load generator says {_outcomes(counting.declared)}."
        )
    share = counting.server_gap_percent
    if share is not None and abs(share) > method.server_gap_percent:
        yield (
            f"{title}: the target itself counted {whole(counting.server)} requests, "
            f"the load generator {whole(counting.rows.started)} ({percent(share)} off)."
        )


def _outcomes(counts: Counts) -> str:
    return (
        f"{whole(counts.started)} started, {whole(counts.succeeded)} succeeded, "
        f"{whole(counts.failed)} failed, {whole(counts.aborted)} aborted"
    )


def _setup(measurements: Sequence[Measurement]) -> Iterator[str]:
    ran = [one for one in measurements if one.counting]
    unknown = [one.title for one in ran if one.target.engine is None]
    if unknown:
        yield f"What served {listing(unknown)} isn't known: a running server was pointed at."
    sharing = [one.title for one in ran if one.target.cores is None]
    if sharing:
        names = listing(sharing)
        yield f"No cores were kept for {names}: server and load generator shared them all."
    given = {one.title: len(one.target.cores) for one in ran if one.target.cores is not None}
    if len(set(given.values())) > 1:
        unequal = listing([f"{title} had {whole(cores)}" for title, cores in given.items()])
        yield f"The targets were given unequal numbers of cores: {unequal}."


def _repeats(measurements: Sequence[Measurement]) -> Iterator[str]:
    if sum(one.steady is not None for one in measurements) > 1:
        yield (
            "Each target was loaded once: a difference between the targets can't be told "
            "from the difference that a second run would show."
        )
