"""One load of one target, as `run.json` has it."""

from __future__ import annotations

from typing import Literal

from pydantic import NonNegativeInt

from celsiusify_reporting.distributed import ClockOffset
from celsiusify_reporting.recorded import Recorded


class DeclaredCounts(Recorded):
    """How many requests the load generator, and the target itself, counted over a whole round."""

    started: NonNegativeInt
    succeeded: NonNegativeInt
    failed: NonNegativeInt
    aborted: NonNegativeInt
    dropped: NonNegativeInt = 0
    server: NonNegativeInt | None = None


class Connections(Recorded):
    """How many were opened, and how many requests were sent again on a new one."""

    opened: NonNegativeInt
    resent: NonNegativeInt = 0


class Lag(Recorded):
    """How late the load generator woke up, in µs."""

    p50: float
    p99: float
    max: float


class Schedule(Recorded):
    """The arrivals of an open load, known by their hash."""

    sha256: str
    arrivals: NonNegativeInt
    begin_ns: int | None = None


class Step(Recorded):
    """A stretch of a round's schedule at one rate."""

    from_ns: int
    until_ns: int
    rate_rps: float


State = Literal["complete", "interrupted", "failed"]


class RoundRecord(Recorded):
    """One load of one target; times are nanoseconds since the Unix epoch.

    Attributes:
        steps: How its rate went, where the profile has steps.
        throttled_s: How long a quota held the load generator's processes back, summed.
        clock_offset_ms: By worker.
        counts_problem: Why the target's own count isn't known.
    """

    round: NonNegativeInt
    rate_rps: float | None = None
    phase: Literal["bracket", "bisect", "confirm"] | None = None
    state: State
    problem: str | None = None
    started_ns: int | None = None
    steady_from_ns: int | None = None
    steady_until_ns: int | None = None
    ended_ns: int | None = None
    counts: DeclaredCounts | None = None
    connections: Connections | None = None
    lag_us: Lag | None = None
    instances: int | None = None
    schedule: Schedule | None = None
    steps: tuple[Step, ...] | None = None
    throttled_s: float | None = None
    clock_offset_ms: dict[str, ClockOffset] | None = None
    counts_problem: str | None = None
