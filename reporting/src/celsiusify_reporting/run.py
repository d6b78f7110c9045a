"""`run.json`: how a run was made, checked as it is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from celsiusify_reporting.errors import ReportError
from celsiusify_reporting.plan import Calibration, Load, Plan, Profile
from celsiusify_reporting.recorded import Name, Recorded, parse
from celsiusify_reporting.round_record import RoundRecord, State


class Git(Recorded):
    """The commit that the run was made from."""

    commit: str | None = None
    dirty: bool | None = None


class Machine(Recorded):
    """What the run was made on."""

    cpu_model: str | None = None
    cores: int | None = None
    memory_bytes: int | None = None
    os: str | None = None
    container: bool | None = None
    python: str | None = None


class Engine(Recorded):
    """What really served a target, as it said itself."""

    engine: str | None = None
    version: str | None = None
    reason: str | None = None
    caveat: str | None = None
    settings: dict[str, Any] = Field(default_factory=dict)


class TargetEquivalence(Recorded):
    """How one target answered the gate's questions."""

    asked: int
    wrong: int
    worst_error: float | None = None
    worst_fahrenheit: float | None = None
    problem: str | None = None


class Equivalence(Recorded):
    """The gate before all timing: the same questions to each target."""

    tolerance: float
    points: int
    targets: dict[Name, TargetEquivalence] = Field(default_factory=dict)


class Objective(Recorded):
    """What a rate must hold: so many percent within a latency, and few failures."""

    percentile: float
    latency_ms: float
    failures_percent: float


class Capacity(Recorded):
    """What a search of the highest rate found; no rate where not even the lowest held."""

    objective: Objective
    rate_rps: float | None = None
    limit: str | None = None
    confirmations: tuple[bool, ...] = ()


class Target(Recorded):
    """One target of a run, and its rounds."""

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
        """Its title, with the engine where that must not be taken for what the title says."""
        engine = self.engine
        return f"{self.title} [{engine.engine}]" if engine and engine.caveat else self.title


class Run(Recorded):
    """A run: `targets` in the order in which they were named."""

    format: Literal[2]
    kind: Literal["loads", "capacity"] = "loads"
    run: Name
    started_at: str | None = None
    command: str | None = None
    git: Git | None = None
    machine: Machine = Machine()
    versions: dict[str, str | None] = Field(default_factory=dict)
    profile: Profile
    load: Load = Load()
    plan: Plan = Plan()
    calibration: dict[str, Calibration] | None = None
    equivalence: Equivalence | None = None
    capacity: dict[Name, Capacity] | None = None
    targets: Annotated[dict[Name, Target], Field(min_length=1)]


def read_run(path: Path) -> Run:
    """Read a `run.json`.

    Raises:
        ReportError: If it isn't there, isn't JSON, or isn't what results/README.md describes.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise ReportError(path, error.strerror or str(error)) from error
    if problem := _older(text):
        raise ReportError(path, problem)
    return parse(path, text, Run)


def _older(text: bytes) -> str | None:
    """What to say of a run in the form of an earlier version."""
    try:
        written = json.loads(text).get("format")
    except (ValueError, AttributeError):
        return None
    if written != 1:
        return None
    return "format 1, made by an earlier version; expected 2: measure again with this version"
