"""Define a load: which requests are sent, when, how often, and by which limits it is judged.

A specification is a file, JSON or YAML. It doesn't say where the targets are or what makes the
load: the same specification drives Locust on one machine, on workers, and in a cluster.
"""

from collections.abc import Iterator
from itertools import pairwise
from math import inf
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, PositiveInt, model_validator

from celsiusify_load_tests.config.connection_policy import ConnectionPolicy, read_policy

SPEC_FORMAT: Literal[1] = 1
_NS_PER_S = 1_000_000_000

Positive = Annotated[FiniteFloat, Field(gt=0)]
Percent = Annotated[FiniteFloat, Field(ge=0, le=100)]
NotNegative = Annotated[FiniteFloat, Field(ge=0)]
Range = tuple[FiniteFloat, FiniteFloat]


def _option(flag: str, metavar: str | None = None) -> dict[str, Any]:
    """Return what the schema says of a value's option on the command line."""
    return {"option": flag} | ({"metavar": metavar} if metavar else {})


class _Part(BaseModel):
    """A part of a specification; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Step(_Part):
    """A segment of an open load at a fraction of its rate."""

    duration_s: Positive
    fraction: Positive


class Limits(_Part):
    """The limits of requests and processes, and those by which the generator is judged."""

    max_in_flight: Annotated[
        PositiveInt | None,
        Field(
            description="cap on the requests in flight of an open load",
            json_schema_extra=_option("--max-in-flight", "N"),
        ),
    ] = None
    connect_timeout_s: Annotated[
        Positive, Field(description="time for a connection to be established")
    ] = 5
    read_timeout_s: Annotated[Positive, Field(description="time for a whole answer")] = 30
    stop_timeout_s: Annotated[
        Positive, Field(description="time for the last answers at the end of a load")
    ] = 10
    start_timeout_s: Annotated[
        Positive,
        Field(
            description="time for a target to become healthy",
            json_schema_extra=_option("--start-timeout", "SECONDS"),
        ),
    ] = 120
    generator_cpu_percent: Annotated[
        Percent, Field(description="highest CPU usage of a load-generating process, of one core")
    ] = 80
    generator_lag_ms: Annotated[
        Positive, Field(description="highest 99th percentile of the load generator's lag")
    ] = 5
    delivered_percent: Annotated[
        Percent, Field(description="lowest share of an open load's arrivals that must be sent")
    ] = 99


class Objective(_Part):
    """The objective of a capacity search."""

    percentile: Annotated[Percent, Field(description="percentile of the response times")] = 99
    latency_ms: Annotated[
        Positive,
        Field(
            description="highest value of that percentile, in ms",
            json_schema_extra=_option("--p99", "MS"),
        ),
    ] = 50
    failures_percent: Annotated[
        Percent,
        Field(
            description="share of failed arrivals that isn't reached, in percent",
            json_schema_extra=_option("--max-failures", "PERCENT"),
        ),
    ] = 0.1


class Search(_Part):
    """A search for the highest rate that meets an objective."""

    objective: Objective = Objective()
    start_rps: Annotated[
        Positive,
        Field(
            description="first rate, in requests/s",
            json_schema_extra=_option("--start-rate", "N"),
        ),
    ] = 100
    lowest_rps: Annotated[Positive, Field(description="lowest rate, in requests/s")] = 1
    precision: Annotated[
        Positive, Field(description="ratio, less 1, of the two rates between which the search ends")
    ] = 0.025
    confirmations: Annotated[
        PositiveInt,
        Field(
            description="repeats that confirm the highest rate",
            json_schema_extra=_option("--confirm", "N"),
        ),
    ] = 3
    max_steps: Annotated[int, Field(ge=0, description="highest number of rates to try")] = 40
    max_time_s: Annotated[
        Positive,
        Field(
            description="time for the search on each target",
            json_schema_extra=_option("--max-time", "TIME"),
        ),
    ] = 900


class Segment(NamedTuple):
    """A part of a load at one rate, in requests/s."""

    duration_s: float
    rate_rps: float


class LoadSpec(_Part):
    """A load, complete: `profiles.resolve` adds what a file or a command line leaves out."""

    format: Annotated[Literal[1], Field(description="version of this form")] = SPEC_FORMAT
    profile: Annotated[
        str,
        Field(
            min_length=1,
            description="profile whose values apply where none is given",
            json_schema_extra=_option("--profile", "NAME"),
        ),
    ] = "reference"
    targets: Annotated[
        tuple[str, ...], Field(description="names of the targets; those of the command line first")
    ] = ()
    model: Annotated[
        Literal["closed", "constant", "poisson"],
        Field(
            description="closed: users who wait for answers; poisson, constant: an open load, "
            "whose arrivals wait for none, as of a profile with steps",
            json_schema_extra=_option("--load"),
        ),
    ] = "closed"
    users: Annotated[
        PositiveInt,
        Field(description="users of a closed load", json_schema_extra=_option("--users", "N")),
    ]
    spawn_rate_per_s: Annotated[
        Positive,
        Field(
            description="users started per second",
            json_schema_extra=_option("--spawn-rate", "N"),
        ),
    ]
    think_time_s: Annotated[
        Range,
        Field(
            description="shortest and longest think time, in seconds; uniform between them",
            json_schema_extra=_option("--think-time", "MIN MAX"),
        ),
    ]
    rate_rps: Annotated[
        Positive | None,
        Field(
            description="arrivals per second of an open load",
            json_schema_extra=_option("--rate", "N"),
        ),
    ] = None
    steps: Annotated[
        tuple[Step, ...] | None,
        Field(min_length=1, description="rate schedule of an open load: fractions of `rate_rps`"),
    ] = None
    fahrenheit: Annotated[
        Range,
        Field(
            description="lowest and highest whole temperature, in °F, to which a random fraction "
            "is added; a highest one just below the lowest gives that alone, without a fraction"
        ),
    ]
    run_time_s: Annotated[
        Positive,
        Field(
            description="time that is measured, like 30s, 5m or 1h30m; steps are scaled to it",
            json_schema_extra=_option("--run-time", "TIME"),
        ),
    ]
    warm_up_s: Annotated[
        NotNegative,
        Field(
            description="time before that, at full load and not measured",
            json_schema_extra=_option("--warm-up", "TIME"),
        ),
    ]
    cool_down_s: Annotated[
        NotNegative,
        Field(
            description="pause between two loads",
            json_schema_extra=_option("--cool-down", "TIME"),
        ),
    ]
    connection: Annotated[
        str,
        Field(
            pattern=r"^(keep-alive|per-request|rotate:[1-9][0-9]{0,8})$",
            description="keep-alive; per-request: a connection for each request; rotate:N: a new "
            "connection after N requests",
            json_schema_extra=_option("--connection", "POLICY"),
        ),
    ] = "keep-alive"
    rounds: Annotated[
        PositiveInt,
        Field(description="loads of each target", json_schema_extra=_option("--rounds", "N")),
    ] = 1
    order: Annotated[
        Literal["abba", "random", "given"],
        Field(
            description="order of the targets in each round; abba mirrors every other round",
            json_schema_extra=_option("--order"),
        ),
    ] = "abba"
    seed: Annotated[
        int,
        Field(
            ge=0,
            description="seed of the inputs, the think times, the arrivals and a random order",
            json_schema_extra=_option("--seed", "N"),
        ),
    ] = 1
    processes: Annotated[
        PositiveInt | None,
        Field(
            description="load-generating processes, of each worker if there are workers; by "
            "default one for each core left to them",
            json_schema_extra=_option("--processes", "N"),
        ),
    ] = None
    calibration: Annotated[
        bool,
        Field(
            description="measure the load generator's own capacity first",
            json_schema_extra=_option("--no-calibration"),
        ),
    ] = True
    limits: Limits = Limits()
    search: Search | None = None

    @model_validator(mode="after")
    def _check_ranges(self) -> Self:
        low_s, high_s = self.think_time_s
        if not 0 <= low_s <= high_s:
            raise ValueError(f"think_time_s: {low_s:g} to {high_s:g}; expected 0 <= MIN <= MAX")
        low, high = self.fahrenheit
        if low > high + 1:
            raise ValueError(f"fahrenheit: {low:g} to {high:g}; expected MIN <= MAX")
        return self

    @model_validator(mode="after")
    def _check_model(self) -> Self:
        open_values = {
            "rate_rps (--rate)": self.rate_rps,
            "steps": self.steps,
            "limits.max_in_flight (--max-in-flight)": self.limits.max_in_flight,
        }
        for name, value in open_values.items():
            if value is not None and not self.is_open:
                raise ValueError(f"{name} is for an open load; expected --load poisson or constant")
        if self.search is not None and not self.is_open:
            raise ValueError(
                "a capacity search needs an open load; expected --load poisson or constant"
            )
        if self.is_open and self.rate_rps is None and self.search is None:
            raise ValueError(f"a {self.model} load needs its rate: --rate N, in requests/s")
        return self

    @property
    def is_open(self) -> bool:
        """True if arrivals follow a schedule and wait for no answer."""
        return self.model != "closed"

    @property
    def policy(self) -> ConnectionPolicy:
        """The connection policy."""
        return read_policy(self.connection)

    @property
    def duration_s(self) -> float:
        """The duration of one load: ramp-up, warm-up and measured time.

        Nothing else computes how long a load lasts.
        """
        ramp_up_s = 0 if self.is_open else self.users / self.spawn_rate_per_s
        return ramp_up_s + self.warm_up_s + self.run_time_s

    @property
    def ceiling_rps(self) -> float:
        """The throughput in requests/s that no server can exceed under this load.

        With N users and mean think time Z, N = X (R + Z) and so X ≤ N/Z: the interactive response
        time law (Denning & Buzen, 1978, The Operational Analysis of Queueing Network Models). An
        open load has no ceiling: its requests wait, and that is measured.
        """
        mean_think_time_s = sum(self.think_time_s) / 2
        return self.users / mean_think_time_s if mean_think_time_s and not self.is_open else inf

    @property
    def demand_rps(self) -> float:
        """The highest rate that the load can demand, in requests/s."""
        if self.rate_rps is None:
            return self.ceiling_rps
        return self.rate_rps * max((step.fraction for step in self.steps or ()), default=1)

    def at_rate(self, rate_rps: float | None) -> Self:
        """Return the same load at another rate, if there is one."""
        return self if rate_rps is None else self.model_copy(update={"rate_rps": rate_rps})

    def for_round(self, number: int, rate_rps: float | None) -> Self:
        """Return the load of a round: each round has its own seed, equal for all targets."""
        return self.at_rate(rate_rps).model_copy(update={"seed": self.seed + number})

    def segments(self) -> list[Segment]:
        """Return the rates of an open load in order, the warm-up at the first one."""
        assert self.rate_rps is not None
        if not self.steps:
            return [Segment(self.warm_up_s + self.run_time_s, self.rate_rps)]
        rates = [Segment(step.duration_s, step.fraction * self.rate_rps) for step in self.steps]
        return [Segment(self.warm_up_s + rates[0].duration_s, rates[0].rate_rps), *rates[1:]]

    def rate_schedule(self, from_ns: int) -> list[dict[str, float]] | None:
        """Return the times and rates of the steps, as `results/README.md` describes them.

        Args:
            from_ns: The end of the warm-up.
        """
        if self.steps is None or self.rate_rps is None:
            return None
        ends = [from_ns, *self._step_ends_ns(from_ns)]
        return [
            {
                "from_ns": start_ns,
                "until_ns": until_ns,
                "rate_rps": round(step.fraction * self.rate_rps, 6),
            }
            for step, (start_ns, until_ns) in zip(self.steps, pairwise(ends), strict=True)
        ]

    def step_at(self, elapsed_s: float) -> int | None:
        """Return the step, from 0, at a time since the load began; None without steps."""
        if self.steps is None:
            return None
        elapsed_ns = (elapsed_s - self.warm_up_s) * _NS_PER_S
        ends = list(self._step_ends_ns(0))[:-1]
        return sum(elapsed_ns >= until_ns for until_ns in ends)

    def _step_ends_ns(self, time_ns: int) -> Iterator[int]:
        for step in self.steps or ():
            time_ns += round(step.duration_s * _NS_PER_S)
            yield time_ns
