"""run.json: how a run was made, checked when read."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, NonNegativeInt

from celsiusify_reporting.errors import ReportError
from celsiusify_reporting.inputs.load_plan import (
    Calibration,
    ClockOffset,
    Generator,
    Load,
    Name,
    Recorded,
    parse,
)
from celsiusify_reporting.inputs.run_migrations import RUN_FORMAT, migrate_run


class DeclaredCounts(Recorded):
    """The requests of a whole round, as the load generator and the target counted them."""

    started: NonNegativeInt
    succeeded: NonNegativeInt
    failed: NonNegativeInt
    aborted: NonNegativeInt
    dropped: NonNegativeInt = 0
    server: NonNegativeInt | None = None


class Connections(Recorded):
    """The connections opened, and the requests sent again on a new connection."""

    opened: NonNegativeInt
    resent: NonNegativeInt = 0


class Lag(Recorded):
    """The lag of the load generator, in µs."""

    p50: float
    p99: float
    max: float


class Schedule(Recorded):
    """The schedule of an open load, identified by its hash."""

    sha256: str
    arrivals: NonNegativeInt
    begin_ns: int | None = None


class Step(Recorded):
    """A segment of a round's schedule at a constant rate."""

    from_ns: int
    until_ns: int
    rate_rps: float


State = Literal["complete", "interrupted", "failed"]


class RoundRecord(Recorded):
    """A round of a target; times are nanoseconds since the Unix epoch.

    Attributes:
        steps: The segments of the rate schedule, if the profile has any.
        throttled_s: The time for which a CPU quota throttled the load generator's processes.
        clock_offset_ms: The clock offsets by worker.
        counts_problem: The reason why the target's own count isn't known.
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


class Git(Recorded):
    """The commit that the run was made from."""

    commit: str | None = None
    dirty: bool | None = None


class Machine(Recorded):
    """The machine that made the run."""

    cpu_model: str | None = None
    cores: int | None = None
    memory_bytes: int | None = None
    os: str | None = None
    container: bool | None = None
    python: str | None = None


class Engine(Recorded):
    """The engine that served a target, as the target describes itself."""

    engine: str | None = None
    version: str | None = None
    reason: str | None = None
    caveat: str | None = None
    settings: dict[str, Any] = Field(default_factory=dict)


class TargetEquivalence(Recorded):
    """A target's answers in the preflight check."""

    asked: int
    wrong: int
    worst_error: float | None = None
    worst_fahrenheit: float | None = None
    problem: str | None = None


class Equivalence(Recorded):
    """The preflight check: the same requests to each target before any timing."""

    tolerance: float
    points: int
    targets: dict[Name, TargetEquivalence] = Field(default_factory=dict)


class Objective(Recorded):
    """The objective of a rate: a latency percentile and a share of failures."""

    percentile: float
    latency_ms: float
    failures_percent: float


class Capacity(Recorded):
    """The result of a search for the highest rate; no rate if not even the lowest held."""

    objective: Objective
    rate_rps: float | None = None
    limit: str | None = None
    confirmations: tuple[bool, ...] = ()


class Target(Recorded):
    """A target of a run, and its rounds."""

    title: str
    url: str | None = None
    request: str
    protocol: str | None = None
    state: State
    problem: str | None = None
    engine: Engine | None = None
    cores: list[int] | None = None
    request_bytes: int | None = None
    phases_us: dict[str, float] | None = None
    rounds: tuple[RoundRecord, ...] = ()

    @property
    def called(self) -> str:
        """The title, with the engine if a caveat says that the title alone would mislead."""
        engine = self.engine
        return f"{self.title} [{engine.engine}]" if engine and engine.caveat else self.title


class Run(Recorded):
    """A run.

    Attributes:
        sequence: A target and a round number for each load, in order.
        targets: The targets, in the order of the command line.
    """

    format: Literal[3]
    kind: Literal["loads", "capacity"] = "loads"
    run: Name
    started_at: str | None = None
    command: str | None = None
    git: Git | None = None
    machine: Machine = Machine()
    versions: dict[str, str | None] = Field(default_factory=dict)
    load: Load
    generator: Generator = Generator()
    sequence: tuple[tuple[Name, NonNegativeInt], ...] = ()
    calibration: dict[str, Calibration] | None = None
    equivalence: Equivalence | None = None
    capacity: dict[Name, Capacity] | None = None
    targets: Annotated[dict[Name, Target], Field(min_length=1)]


def read_run(path: Path) -> Run:
    """Read a run.json of this version or an earlier one.

    Raises:
        ReportError: If the file is missing, or isn't what results/README.md describes.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise ReportError(path, error.strerror or str(error)) from error
    return parse(path, _migrated(path, text), Run)


def _migrated(path: Path, text: bytes) -> bytes:
    """Return a run.json in the form of this version; one that isn't JSON stays as it is."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(content, dict) or content.get("format") == RUN_FORMAT:
        return text
    if content.get("format") == 1:
        raise ReportError(
            path, "format 1, made by an earlier version; expected 2 or 3: measure again"
        )
    try:
        return json.dumps(migrate_run(content)).encode()
    except (KeyError, TypeError, AttributeError):
        return text  # the model says what is wrong with it
