"""How a load comes about: users who wait for their answers, or arrivals that don't."""

from dataclasses import dataclass, replace
from math import inf
from typing import Protocol

from celsiusify_load_tests.config import profiles
from celsiusify_load_tests.config.profiles import Profile
from celsiusify_load_tests.errors import LoadTestError

MAX_IN_FLIGHT = 1000

ARRIVALS = ("constant", "poisson")
"""How the arrivals of an open load follow each other; the generator has a schedule for each."""


class LoadModel(Protocol):
    """What the runner must know of a load's kind.

    Attributes:
        model: Its name, as Locust is told of it.
        rate_rps: Arrivals a second; None where they follow from the answers.
        max_in_flight: How many requests may be out at a time; None where users bound it.
    """

    @property
    def model(self) -> str: ...  # noqa: D102 - the class tells

    @property
    def rate_rps(self) -> float | None: ...  # noqa: D102

    @property
    def max_in_flight(self) -> int | None: ...  # noqa: D102

    def at(self, rate_rps: float | None) -> "LoadModel":
        """The same at another rate, if one is given."""

    def options(self, profile: Profile) -> dict[str, object]:
        """What Locust must be told."""

    def demand_rps(self, profile: Profile) -> float:
        """The most that it asks for, in requests/s; infinite where that is up to the server."""

    def ceiling_rps(self, profile: Profile) -> float:
        """The throughput that no server can exceed because the load waits for it; or infinite."""

    def course(self, profile: Profile, from_ns: int) -> list[dict[str, float]] | None:
        """When its rate was which, if it changes: see `steps.placed`."""

    def describe(self, profile: Profile) -> str:
        """What comes, in words."""


@dataclass(frozen=True)
class ClosedLoad:
    """Users who wait for their answer, think, and ask again."""

    model: str = "closed"
    rate_rps: None = None
    max_in_flight: None = None

    def at(self, rate_rps: float | None) -> "ClosedLoad":
        """The same: it has no rate."""
        return self

    def options(self, profile: Profile) -> dict[str, object]:
        """What Locust must be told."""
        return {}

    def demand_rps(self, profile: Profile) -> float:
        """The most that it asks for: even if answers came at once, the users would think."""
        return profile.ceiling_rps

    def ceiling_rps(self, profile: Profile) -> float:
        """The throughput that no server can exceed: users wait before they ask again."""
        return profile.ceiling_rps

    def course(self, profile: Profile, from_ns: int) -> list[dict[str, float]] | None:
        """None: its rate follows from the answers."""
        return None

    def describe(self, profile: Profile) -> str:
        """What comes, in words."""
        shortest, longest = (1000 * seconds for seconds in profile.think_time_s)
        return f"{profile.users:,} users, think time {shortest:g} to {longest:g} ms"


@dataclass(frozen=True)
class OpenLoad:
    """Arrivals that follow a schedule, whether or not those before them are answered."""

    model: str
    rate_rps: float
    max_in_flight: int

    def at(self, rate_rps: float | None) -> "OpenLoad":
        """The same at another rate, if one is given."""
        return self if rate_rps is None else replace(self, rate_rps=rate_rps)

    def options(self, profile: Profile) -> dict[str, object]:
        """What Locust must be told."""
        told = {"load": self.model, "rate": self.rate_rps, "max-in-flight": self.max_in_flight}
        return told | ({"steps": profiles.written(profile.steps)} if profile.steps else {})

    def demand_rps(self, profile: Profile) -> float:
        """The most that it asks for: its highest rate."""
        return self.rate_rps * max((step.share for step in profile.steps or ()), default=1)

    def ceiling_rps(self, profile: Profile) -> float:
        """None: what isn't answered in time stands in line, and is seen."""
        return inf

    def course(self, profile: Profile, from_ns: int) -> list[dict[str, float]] | None:
        """When its rate was which, if it changes: see `steps.placed`."""
        return profiles.placed(profile.steps, self.rate_rps, from_ns) if profile.steps else None

    def describe(self, profile: Profile) -> str:
        """What comes, in words."""
        rates = ", then ".join(
            f"{step.share * self.rate_rps:,g} a second for {step.for_s:g} s"
            for step in profile.steps or ()
        )
        return (
            f"{self.model} arrivals, {rates or f'{self.rate_rps:,g} a second'}, whatever the "
            f"answers, at most {self.max_in_flight:,} out at a time"
        )


def load_model(model: str, rate_rps: float | None, max_in_flight: int | None) -> LoadModel:
    """Make the load that a command line asks for.

    Raises:
        LoadTestError: If there is no such load, or something is said that it hasn't, or not said
            that it needs.
    """
    if model in ARRIVALS:
        if rate_rps is None:
            raise LoadTestError(f"a {model} load needs its rate: --rate N, in requests a second")
        return OpenLoad(model, rate_rps, max_in_flight or MAX_IN_FLIGHT)
    if model != ClosedLoad.model:
        raise LoadTestError(f"no load {model!r}; there are closed, {', '.join(ARRIVALS)}")
    if rate_rps is not None or max_in_flight is not None:
        raise LoadTestError("--rate and --max-in-flight are of an open load: --load poisson")
    return ClosedLoad()
