"""`run.json`: how a run was made, checked as it is read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveInt, ValidationError

from celsiusify_reporting.errors import ReportError

Name = Annotated[str, Field(pattern=r"^[\w.-]+$")]


class Recorded(BaseModel):
    """A part of `run.json`; keys that a report has no use for are let pass."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


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


class Profile(Recorded):
    """The load that was asked for."""

    name: str
    users: PositiveInt
    spawn_rate_per_s: float | None = None
    run_time_s: float | None = None
    think_time_s: tuple[float, float] | None = None
    fahrenheit: tuple[float, float] | None = None


class Load(Recorded):
    """How the load was made."""

    model: str = "closed"
    processes: int | None = None
    cores: list[int] | None = None
    client: str | None = None
    seed: int | None = None


class Engine(Recorded):
    """What really served a target, as it said itself."""

    engine: str | None = None
    version: str | None = None
    reason: str | None = None
    caveat: str | None = None
    settings: dict[str, Any] = Field(default_factory=dict)


class DeclaredCounts(Recorded):
    """How many requests the load generator, and the target itself, counted over the whole run."""

    started: NonNegativeInt
    succeeded: NonNegativeInt
    failed: NonNegativeInt
    aborted: NonNegativeInt
    server: NonNegativeInt | None = None


class Target(Recorded):
    """One target of a run; times are nanoseconds since the Unix epoch."""

    title: str
    url: str | None = None
    request: str
    state: Literal["complete", "interrupted", "failed"]
    problem: str | None = None
    engine: Engine | None = None
    cores: list[int] | None = None
    started_ns: int | None = None
    steady_from_ns: int | None = None
    steady_until_ns: int | None = None
    ended_ns: int | None = None
    counts: DeclaredCounts | None = None


class Run(Recorded):
    """A run: `targets` in the order in which they were loaded."""

    format: Literal[1]
    run: Name
    started_at: str | None = None
    command: str | None = None
    git: Git | None = None
    machine: Machine = Machine()
    versions: dict[str, str | None] = Field(default_factory=dict)
    profile: Profile
    load: Load = Load()
    targets: Annotated[dict[Name, Target], Field(min_length=1)]


def read_run(path: Path) -> Run:
    """Read a `run.json`.

    Raises:
        ReportError: If it isn't there, isn't JSON, or isn't what results/README.md describes.
    """
    try:
        return Run.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ReportError(path, error.strerror or str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise ReportError(path, f"{where}: {first['msg']}") from error
