"""Check that a load of several machines was one load."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from celsiusify_reporting.inputs.cluster_json import Clock, Cluster
from celsiusify_reporting.inputs.run_json import Run
from celsiusify_reporting.narrative.formatting import (
    UNKNOWN,
    limit,
    listing,
    milliseconds,
    percent,
    setting,
    whole,
)
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.model import Measurement, Round
from celsiusify_reporting.validity.finding import Finding


@dataclass(frozen=True)
class WorkerSummary:
    """The load generator over all rounds of all targets.

    Attributes:
        version_mismatches: By worker, the versions that weren't the leader's; none where all were.
        residual_ms: By worker, what the correction of its clock left at most; None if unknown.
        throttled_percent: How much of a round a quota held it back at most; None if unknown.
    """

    version_mismatches: dict[str, dict[str, str | None]]
    residual_ms: dict[str, float | None]
    throttled_percent: float | None


def examine(run: Run, measurements: Sequence[Measurement]) -> WorkerSummary | None:
    """Look at a team; None where one machine made the load."""
    if not run.load.workers:
        return None
    rounds = [each for one in measurements for each in one.rounds]
    left = list(residuals(rounds))
    shares = [share for each in rounds if (share := throttled_percent(run, each)) is not None]
    return WorkerSummary(
        version_mismatches=version_mismatches(run),
        residual_ms={
            worker.name: max(
                (ms for _, name, ms in left if name == worker.name and ms is not None),
                key=abs,
                default=None,
            )
            for worker in run.load.workers
        },
        throttled_percent=max(shares, default=None),
    )


def version_mismatches(run: Run) -> dict[str, dict[str, str | None]]:
    """By worker, the versions that differ from the leader's, of what both name."""
    leader = {**run.versions, "python": run.machine.python}
    return {
        worker.name: {
            package: version
            for package, version in worker.versions.items()
            if leader.get(package) and version != leader[package]
        }
        for worker in run.load.workers or ()
    }


def residuals(rounds: Sequence[Round]) -> Iterator[tuple[int, str, float | None]]:
    """The round, the worker, and what the correction of its clock left, in ms."""
    for each in rounds:
        for worker, offset in (each.record.clock_offset_ms or {}).items():
            yield each.record.round, worker, offset.residual_ms


def throttled_percent(run: Run, each: Round) -> float | None:
    """How much of a round a quota held the load generator back: the mean of its machines."""
    record = each.record
    if record.throttled_s is None or record.started_ns is None or record.ended_ns is None:
        return None
    seconds = (record.ended_ns - record.started_ns) / 1e9
    return 100 * record.throttled_s / (seconds * max(1, len(run.load.workers or ())))


def check_workers(run: Run) -> Iterator[Finding]:
    """All workers must have run the same program as the leader, in the same versions."""
    for worker, versions in version_mismatches(run).items():
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
    if lacking := [one.title for one in ran if one.counting and not (one.timeline or one.replicas)]:
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
