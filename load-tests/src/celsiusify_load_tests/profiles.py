"""Named load profiles: how many users, how fast they come, how long they think."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, FiniteFloat, NonNegativeInt, PositiveInt, field_validator
from pydantic.dataclasses import dataclass

from celsiusify_load_tests.errors import LoadTestError
from celsiusify_load_tests.settings import STRICT, checked, read_yaml

PROFILES_FILE = Path(__file__).with_name("profiles.yaml")

Range = tuple[FiniteFloat, FiniteFloat]


@dataclass(frozen=True, config=STRICT)
class Profile:
    """A closed load: each user waits for its answer, then thinks.

    Attributes:
        run_time_s: How long it is measured, from when all users run and are warm.
        warm_up_s: How long all users run before that.
        cool_down_s: How long the machine rests between one load and the next.
        think_time_s: Shortest and longest think time, in s; uniform between them.
        fahrenheit: Lowest and highest whole temperature asked for, in °F, to which a fraction is
            added. Where the highest is one less than the lowest, only that is asked for.
    """

    name: str
    users: PositiveInt
    spawn_rate_per_s: Annotated[FiniteFloat, Field(gt=0)]
    run_time_s: PositiveInt
    warm_up_s: NonNegativeInt
    cool_down_s: NonNegativeInt
    think_time_s: Range
    fahrenheit: Range

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
        name: checked(Profile, {"name": name, **entry}, f"{path}: {name}")
        for name, entry in entries.items()
    }


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
    changed = checked(Profile, asdict(known[name]) | given, f"profile {name}")
    return changed if changed == known[name] else replace(changed, name=f"{name}-changed")
