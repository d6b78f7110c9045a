"""Whether a load that several machines made, in containers with quotas, was one load."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from celsiusify_reporting.cluster import Clock, Cluster
from celsiusify_reporting.finding import Finding
from celsiusify_reporting.measurement import Measurement, Round
from celsiusify_reporting.method import Method
from celsiusify_reporting.run import Run
from celsiusify_reporting.team import residuals, throttled_percent, unlike
from celsiusify_reporting.wording import (
    UNKNOWN,
    limit,
    listing,
    milliseconds,
    percent,
    setting,
    whole,
)


def check_workers(run: Run) -> Iterator[Finding]:
    """All workers must have run the same program as the leader, in the same versions."""
    for worker, versions in unlike(run).items():
        if versions:
            own = listing([f"{name} {version or UNKNOWN}" for name, version in versions.items()])
            text = f"Not all of the load generator was the same: {worker} had {own}."
            yield Finding("versions", None, text)


def check_clocks(run: Run, one: Measurement, method: Method) -> Iterator[Finding]:
    """What the correction of workers' clocks left, at the end of each round."""
    if not run.load.workers:
        return
    left = list(residuals(one.rounds))
    known = [(number, worker, ms) for number, worker, ms in left if ms is not None]
    if len(known) < len(left) or not left:
        text = f"{one.title}: how far workers' clocks were off after a round isn't known."
        yield Finding("unknown", one.name, text, invalid=False)
    number, worker, ms = max(known, key=lambda each: abs(each[2]), default=(0, "", 0.0))
    if abs(ms) > method.clock_warning_ms:
        invalid = abs(ms) > method.clock_limit_ms
        bound = method.clock_limit_ms if invalid else method.clock_warning_ms
        yield Finding(
            "clock",
            one.name,
            f"{one.title}, round {whole(number)}: the clock of {worker} was {milliseconds(ms)} off "
            f"the leader's at the end, after it had been corrected (over {setting(bound)} ms): its "
            "requests may stand in another second, or step, than they belong to.",
            invalid,
        )


def check_throttling(
    run: Run, one: Measurement, rounds: Sequence[Round], method: Method
) -> Iterator[Finding]:
    """Whether a CPU quota held the load generator back."""
    shares = [share for each in rounds if (share := throttled_percent(run, each)) is not None]
    worst = max(shares, default=0.0)
    if worst <= method.throttled_warning_percent:
        return
    over = sum(share > method.throttled_percent for share in shares)
    bound = method.throttled_percent if over else method.throttled_warning_percent
    yield Finding(
        "generator-bound",
        one.name,
        f"{one.title}: in {whole(sum(share > bound for share in shares))} of {whole(len(shares))} "
        f"rounds its CPU quota held the load generator back for over {limit(bound)} of the time, "
        f"at worst for {percent(worst)}: latencies hold that. Give it more CPU.",
        invalid=100 * over > method.odd_rounds_percent * len(shares),
    )


def check_counts(one: Measurement) -> Iterator[Finding]:
    """Why a target's own count isn't there: no mismatch, but a check that couldn't be made."""
    records = [each.record for each in one.rounds]
    problems = [record.counts_problem for record in records if record.counts_problem]
    if problems:
        yield Finding(
            "unknown",
            one.name,
            f"{one.title}: in {whole(len(problems))} of {whole(len(records))} rounds the target's "
            f"own count isn't known, so that it can't be held against the rows: {problems[0]}.",
            invalid=False,
        )


def check_samples(
    cluster: Cluster | None, ran: Sequence[Measurement], method: Method
) -> Iterator[Finding]:
    """Whether replicas were watched all the time."""
    if cluster is None:
        return
    sampling = cluster.sampling
    if sampling.problem:
        text = f"Replicas weren't watched all the time: {sampling.problem}."
        yield Finding("unknown", None, text, invalid=False)
    elif sampling.missed:
        text = (
            f"{whole(sampling.missed)} samples of replicas are missing, of "
            f"{whole((sampling.samples or 0) + sampling.missed)}: a change may be told late."
        )
        yield Finding("unknown", None, text, invalid=False)
    if lacking := [one.title for one in ran if one.counting and not (one.course or one.replicas)]:
        text = f"How many replicas {listing(lacking)} had isn't known: nothing was sampled."
        yield Finding("unknown", None, text, invalid=False)
    elif known := _unsure(cluster.clock, method):
        text = f"The clock of the machine that watched is {known}: so are the times of replicas."
        yield Finding("clock", None, text, invalid=False)


def _unsure(clock: Clock, method: Method) -> str | None:
    """How little is known of an offset; None where it is enough."""
    if clock.offset_ms is None:
        return "not known against that of requests"
    unsure_ms = clock.uncertainty_ms or 0
    return (
        f"known to within {milliseconds(unsure_ms)} only"
        if unsure_ms > method.clock_limit_ms
        else None
    )
