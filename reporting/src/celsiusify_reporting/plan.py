"""How a run's load was to be made: its profile, model and rounds, and what can make it."""

from __future__ import annotations

from typing import Literal

from pydantic import NonNegativeInt, PositiveFloat, PositiveInt

from celsiusify_reporting.distributed import Worker
from celsiusify_reporting.recorded import Name, Recorded


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
