"""Read load profiles: who sends requests, at what rate, and for how long."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import Field, FiniteFloat, NonNegativeInt, PositiveInt, field_validator
from pydantic.dataclasses import dataclass

from celsiusify_load_tests.config.validation import STRICT, checked, read_yaml
from celsiusify_load_tests.errors import LoadTestError

_NS_PER_S = 1_000_000_000

Positive = Annotated[FiniteFloat, Field(gt=0)]


@dataclass(frozen=True, config=STRICT)
class Step:
    """So many seconds at a share of the load's rate."""

    for_s: Positive
    share: Positive


Steps = tuple[Step, ...]


class Segment(NamedTuple):
    """So many seconds at a rate, in requests/s."""

    duration_s: float
    rate_rps: float


def stretches(steps: Steps, rate_rps: float, warm_up_s: float) -> list[Segment]:
    """The rates of a load one after the other; it warms up at that of the first step."""
    found = [Segment(step.for_s, step.share * rate_rps) for step in steps]
    first = found[0]
    return [Segment(warm_up_s + first.duration_s, first.rate_rps), *found[1:]]


def placed(steps: Steps, rate_rps: float, from_ns: int) -> list[dict[str, float]]:
    """When each step was, in ns, and its rate, as `results/README.md` has it.

    Args:
        steps: Of the load.
        rate_rps: Of which they have shares.
        from_ns: When the first began, which is when the warm-up was over.
    """
    course = []
    for step in steps:
        until_ns = from_ns + round(step.for_s * _NS_PER_S)
        rate = round(step.share * rate_rps, 6)
        course.append({"from_ns": from_ns, "until_ns": until_ns, "rate_rps": rate})
        from_ns = until_ns
    return course


def at(steps: Steps, elapsed_s: float) -> int:
    """The step that a load is in, from 0, so long after the first began; the last at its end."""
    for number, step in enumerate(steps[:-1]):
        elapsed_s -= step.for_s
        if elapsed_s < 0:
            return number
    return len(steps) - 1


def lasting(steps: Steps, duration_s: float) -> Steps:
    """The same steps made longer or shorter, so that together they last as long as that."""
    factor = duration_s / sum(step.for_s for step in steps)
    return tuple(replace(step, for_s=step.for_s * factor) for step in steps)


def written(steps: Sequence[Step]) -> str:
    """As a text, which is what Locust's options can be: `60.0:0.2,180.0:1.0`."""
    return ",".join(f"{step.for_s}:{step.share}" for step in steps)


def read(text: str) -> Steps:
    """Read what `written` wrote; no steps of an empty text.

    Raises:
        ValueError: If it is something else.
    """
    pairs = [pair.partition(":") for pair in text.split(",") if pair]
    return tuple(Step(float(for_s), float(share)) for for_s, _, share in pairs)


PROFILES_FILE = Path(__file__).with_name("profiles.yaml")

Range = tuple[FiniteFloat, FiniteFloat]


@dataclass(frozen=True, config=STRICT)
class Profile:
    """What is asked, for how long, and how many ask.

    Users have no part in an open load: those who wait for their answer, then think, are a closed
    load's; steps and their rate are an open one's.

    Attributes:
        run_time_s: How long it is measured, from when all users run and are warm.
        warm_up_s: How long all users run before that.
        cool_down_s: How long the machine rests between one load and the next.
        think_time_s: Shortest and longest think time, in s; uniform between them.
        fahrenheit: Lowest and highest whole temperature asked for, in °F, to which a fraction is
            added. Where the highest is one less than the lowest, only that is asked for.
        rate_rps: Arrivals a second of an open load, where none other is asked for.
        steps: How the rate of an open load goes while it is measured; None if it stays.
    """

    name: str
    users: PositiveInt
    spawn_rate_per_s: Positive
    run_time_s: PositiveInt
    warm_up_s: NonNegativeInt
    cool_down_s: NonNegativeInt
    think_time_s: Range
    fahrenheit: Range
    rate_rps: Positive | None = None
    steps: Steps | None = None

    @field_validator("think_time_s")
    @classmethod
    def _ascends_from_zero(cls, values: Range) -> Range:
        if values[0] > values[1]:
            raise ValueError("the first must not be above the second")
        if values[0] < 0:
            raise ValueError("a think time can't be negative")
        return values

    @field_validator("fahrenheit")
    @classmethod
    def _holds_a_temperature(cls, values: Range) -> Range:
        if values[0] > values[1] + 1:
            raise ValueError("the first must not be above the second")
        return values

    def __str__(self) -> str:
        if self.steps:
            course = ", ".join(f"{step.share:.0%} for {step.for_s:g} s" for step in self.steps)
            return f"arrivals in steps: {course} of {self.rate_rps or 0:,g} a second"
        low_s, high_s = self.think_time_s
        return (
            f"{self.users} users, {self.spawn_rate_per_s:g} more a second, "
            f"think time {low_s:g} to {high_s:g} s, for {self.run_time_s} s"
        )

    @property
    def duration_s(self) -> float:
        """How long a load lasts, from its first user's start."""
        return self.users / self.spawn_rate_per_s + self.warm_up_s + self.run_time_s

    @property
    def ceiling_rps(self) -> float:
        """The throughput in requests/s that no server can exceed under this load.

        With N users and mean think time Z, N = X (R + Z) and so X ≤ N/Z: the interactive response
        time law (Denning & Buzen, 1978, The Operational Analysis of Queueing Network Models).
        """
        mean_think_time_s = sum(self.think_time_s) / 2
        return self.users / mean_think_time_s if mean_think_time_s else float("inf")


def read_profiles(path: Path = PROFILES_FILE) -> dict[str, Profile]:
    """Read every profile, by name."""
    entries = read_yaml(path)
    return {
        name: checked(Profile, {"name": name, **_with_length(entry)}, f"{path}: {name}")
        for name, entry in entries.items()
    }


def _with_length(entry: dict[str, Any]) -> dict[str, Any]:
    """Steps say themselves how long they last."""
    steps = entry.get("steps")
    return {**entry, "run_time_s": sum(step["for_s"] for step in steps)} if steps else entry


def find_profile(name: str, overrides: Mapping[str, Any]) -> Profile:
    """Take the profile `name` with some of its values replaced; then it is called `<name>-changed`.

    Args:
        name: A profile's name.
        overrides: New values by field; those that are None change nothing.

    Raises:
        LoadTestError: If there is no such profile, or a value makes no sense.
    """
    known = read_profiles()
    if name not in known:
        raise LoadTestError(f"no profile {name!r}; there are {', '.join(known)}")
    given = {field: value for field, value in overrides.items() if value is not None}
    if (asked := known[name].steps) and "run_time_s" in given:
        given["steps"] = lasting(asked, given["run_time_s"])
    changed = checked(Profile, asdict(known[name]) | given, f"profile {name}")
    return changed if changed == known[name] else replace(changed, name=f"{name}-changed")
