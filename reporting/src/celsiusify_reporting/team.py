"""What several machines that made a load together had in common, and what they hadn't."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from celsiusify_reporting.measurement import Measurement, Round
from celsiusify_reporting.run import Run


@dataclass(frozen=True)
class Team:
    """The load generator over all rounds of all targets.

    Attributes:
        unlike: By worker, the versions that weren't the leader's; none where all were.
        residual_ms: By worker, what the correction of its clock left at most; None if unknown.
        throttled_percent: How much of a round a quota held it back at most; None if unknown.
    """

    unlike: dict[str, dict[str, str | None]]
    residual_ms: dict[str, float | None]
    throttled_percent: float | None


def examine(run: Run, measurements: Sequence[Measurement]) -> Team | None:
    """Look at a team; None where one machine made the load."""
    if not run.load.workers:
        return None
    rounds = [each for one in measurements for each in one.rounds]
    left = list(residuals(rounds))
    shares = [share for each in rounds if (share := throttled_percent(run, each)) is not None]
    return Team(
        unlike=unlike(run),
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


def unlike(run: Run) -> dict[str, dict[str, str | None]]:
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
