"""Read how the load of a run was planned: profile, model, rounds and workers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    ValidationError,
)

from celsiusify_reporting.errors import ReportError

Name = Annotated[str, Field(pattern=r"^[\w.-]+$")]


class Recorded(BaseModel):
    """A part of such a file; keys that a report has no use for are let pass."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


Whole = TypeVar("Whole", bound=Recorded)


def parse(path: Path, text: bytes, model: type[Whole]) -> Whole:
    """Check the text of a file.

    Raises:
        ReportError: If it isn't JSON, or isn't what results/README.md describes.
    """
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise ReportError(path, f"{where}: {first['msg']}") from error


class Worker(Recorded):
    """A worker, as it was when it joined.

    Attributes:
        clock_offset_ms: Its clock minus the leader's, which was corrected.
        round_trip_ms: Of the exchange that told: the offset is known to within half of it.
    """

    name: str
    versions: dict[str, str | None] = Field(default_factory=dict)
    cpu_limit_cores: float | None = None
    clock_offset_ms: float | None = None
    round_trip_ms: float | None = None


class ClockOffset(Recorded):
    """A worker's clock minus the leader's, before a round and after it."""

    before: float | None = None
    after: float | None = None

    @property
    def residual_ms(self) -> float | None:
        """What the correction, made before the round, left at its end."""
        if self.before is None or self.after is None:
            return None
        return self.after - self.before


class PlannedStep(Recorded):
    """A stretch of an open load at a share of its rate."""

    for_s: PositiveFloat
    share: float


class Profile(Recorded):
    """The load that was asked for."""

    name: str
    users: PositiveInt
    spawn_rate_per_s: float | None = None
    run_time_s: float | None = None
    think_time_s: tuple[float, float] | None = None
    fahrenheit: tuple[float, float] | None = None
    steps: tuple[PlannedStep, ...] | None = None


class Load(Recorded):
    """How the load was made; an open one has a rate and a most of requests that are out.

    Attributes:
        connection: When connections are hung up: `keep-alive`, `per-request` or `rotate:N`; None
            in runs of before there was a choice, which kept them.
        cpu_limit_cores: What a quota allowed the load generator, or its leader; None for no quota.
        workers: The machines that made it together; None where it was one.
    """

    model: Literal["closed", "constant", "poisson"] = "closed"
    rate_rps: float | None = None
    max_in_flight: int | None = None
    processes: int | None = None
    cores: list[int] | None = None
    client: str | None = None
    seed: int | None = None
    connection: str | None = None
    cpu_limit_cores: float | None = None
    workers: tuple[Worker, ...] | None = None

    @property
    def keeps_connections(self) -> bool:
        """Whether connections stay for as long as both ends like."""
        return self.connection in (None, "keep-alive")


class Plan(Recorded):
    """How the targets took turns: `sequence` names the target and the round, in order."""

    rounds: PositiveInt = 1
    order: str | None = None
    warm_up_s: float | None = None
    cool_down_s: float | None = None
    sequence: tuple[tuple[Name, NonNegativeInt], ...] = ()


class Calibration(Recorded):
    """What the load generator reaches in one protocol against a responder that does nothing.

    `how` says which parts of it did, where it had several.
    """

    rate_rps: float
    floor_p50_ms: float | None = None
    floor_p99_ms: float | None = None
    requests: int | None = None
    seconds: float | None = None
    generator_cpu_percent: float | None = None
    responder_cpu_percent: float | None = None
    how: str | None = None
