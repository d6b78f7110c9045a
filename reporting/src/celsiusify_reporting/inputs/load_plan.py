"""The load of a run and what made it, as run.json has them."""

from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PositiveFloat,
    PositiveInt,
    ValidationError,
)

from celsiusify_reporting.errors import ReportError

Name = Annotated[str, Field(pattern=r"^[\w.-]+$")]


class Recorded(BaseModel):
    """A part of a JSON file; unknown keys are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


Whole = TypeVar("Whole", bound=Recorded)


def parse(path: Path, text: bytes, model: type[Whole]) -> Whole:
    """Parse and check a JSON file.

    Raises:
        ReportError: If the text isn't JSON, or isn't what results/README.md describes.
    """
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        raise ReportError(path, describe(error)) from error


def describe(error: ValidationError) -> str:
    """Return where a document is wrong first, and how."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"]) or "the whole"
    return f"{place}: {first['msg']}"


class Worker(Recorded):
    """A worker, as it registered.

    Attributes:
        clock_offset_ms: The worker's clock minus the leader's, which was corrected.
        round_trip_ms: The round trip of that exchange, twice the uncertainty of the offset.
    """

    name: str
    versions: dict[str, str | None] = Field(default_factory=dict)
    cpu_limit_cores: float | None = None
    clock_offset_ms: float | None = None
    round_trip_ms: float | None = None


class ClockOffset(Recorded):
    """A worker's clock minus the leader's, before and after a round."""

    before: float | None = None
    after: float | None = None

    @property
    def residual_ms(self) -> float | None:
        """The offset that the correction before the round left at its end."""
        if self.before is None or self.after is None:
            return None
        return self.after - self.before


class PlannedStep(Recorded):
    """A segment of an open load at a fraction of its rate."""

    duration_s: PositiveFloat
    fraction: float


class Limits(Recorded):
    """The limits of requests, and those by which the load generator is judged.

    Attributes:
        max_in_flight: The cap on the requests in flight of an open load.
        generator_cpu_percent: The highest CPU usage of a load-generating process, of one core.
        generator_lag_ms: The highest 99th percentile of the load generator's lag.
        delivered_percent: The lowest share of an open load's arrivals that must be sent.
    """

    max_in_flight: int | None = None
    generator_cpu_percent: float
    generator_lag_ms: float
    delivered_percent: float


class Load(Recorded):
    """The specification of a load; load-tests publishes its whole schema.

    Attributes:
        connection: The connection policy: `keep-alive`, `per-request` or `rotate:N`; None in older
            runs, which had keep-alive only.
    """

    profile: str
    model: Literal["closed", "constant", "poisson"] = "closed"
    users: PositiveInt
    spawn_rate_per_s: float | None = None
    think_time_s: tuple[float, float] | None = None
    rate_rps: float | None = None
    steps: tuple[PlannedStep, ...] | None = None
    fahrenheit: tuple[float, float] | None = None
    run_time_s: float | None = None
    warm_up_s: float | None = None
    cool_down_s: float | None = None
    connection: str | None = None
    rounds: PositiveInt = 1
    order: str | None = None
    seed: int | None = None
    limits: Limits

    @property
    def keeps_connections(self) -> bool:
        """True if the load generator never closes a connection."""
        return self.connection in (None, "keep-alive")


class Generator(Recorded):
    """The processes that made the load.

    Attributes:
        processes: The number of load-generating processes, of all workers together.
        client: The handling of connections.
        cpu_limit_cores: The CPU quota of the load generator or its leader; None without a quota.
        workers: The machines that made the load together; None if there was one machine.
    """

    processes: int | None = None
    cores: list[int] | None = None
    client: str | None = None
    cpu_limit_cores: float | None = None
    workers: tuple[Worker, ...] | None = None


class Calibration(Recorded):
    """The capacity of the load generator in a protocol, against a null server.

    `how` says which of several workers were measured.
    """

    rate_rps: float
    floor_p50_ms: float | None = None
    floor_p99_ms: float | None = None
    requests: int | None = None
    seconds: float | None = None
    generator_cpu_percent: float | None = None
    responder_cpu_percent: float | None = None
    how: str | None = None
