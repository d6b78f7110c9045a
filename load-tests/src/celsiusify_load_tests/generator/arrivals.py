"""Schedule the arrivals of an open load, before the load and from a seed.

An open load's arrivals don't wait for answers (Schroeder, Wierman and Harchol-Balter, "Open Versus
Closed: A Cautionary Tale", NSDI 2006), so the whole schedule is known beforehand.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from celsiusify_load_tests.config.load_spec import LoadSpec, Segment
from celsiusify_load_tests.generator.scenario import Scenario

Schedule = NDArray[np.int64]
"""Nanoseconds from the load's begin to each arrival, ascending, shape `(arrivals,)`."""

_NS_PER_S = 1e9
_SPARE_DEVIATIONS = 10  # more gaps than are needed, with a probability that rounds to 1


def constant(rate_rps: float, duration_s: float, seed: int) -> Schedule:
    """Schedule arrivals with even gaps of 1/rate, the first at once; `seed` has no effect."""
    arrivals = int(np.ceil(rate_rps * duration_s))
    return _within(duration_s, np.arange(arrivals) * (_NS_PER_S / rate_rps))


def poisson(rate_rps: float, duration_s: float, seed: int) -> Schedule:
    """Schedule a Poisson process: exponential, independent gaps with mean 1/rate.

    The number of arrivals within `duration_s` is random as well (Ross, Introduction to Probability
    Models, section 5.3).
    """
    mean = rate_rps * duration_s
    enough = int(mean + _SPARE_DEVIATIONS * (1 + np.sqrt(mean)))
    chance = np.random.Generator(np.random.PCG64(seed))
    return _within(duration_s, np.cumsum(chance.exponential(_NS_PER_S / rate_rps, enough)))


def _within(duration_s: float, offsets: NDArray[np.floating[Any]]) -> Schedule:
    whole: Schedule = np.rint(offsets).astype(np.int64)
    return whole[: np.searchsorted(whole, round(duration_s * _NS_PER_S))]


SCHEDULES: dict[str, Callable[[float, float, int], Schedule]] = {
    "constant": constant,
    "poisson": poisson,
}
"""How arrivals may follow each other: each makes a schedule of a rate, a duration and a seed."""


def stepped(kind: str, segments: Sequence[Segment], seed: int) -> Schedule:
    """Schedule arrivals of one `kind` at rates that follow each other.

    Arrivals at rate 1 are mapped through the inverse of the expected number of arrivals by a time.
    A Poisson process becomes one whose rate changes (Çinlar, Introduction to Stochastic Processes,
    1975, section 4.7); even gaps stay even within each segment.
    """
    times_s = np.cumsum([0.0, *(segment.duration_s for segment in segments)])
    expected = np.cumsum([0.0, *(segment.duration_s * segment.rate_rps for segment in segments)])
    at_rate_1 = SCHEDULES[kind](1.0, float(expected[-1]), seed) / _NS_PER_S
    offsets_s = np.interp(at_rate_1, expected, times_s)
    return _within(float(times_s[-1]), offsets_s * _NS_PER_S)


def fingerprint(schedule: Schedule) -> str:
    """Return the SHA-256 of a schedule's offsets as little-endian int64, in hexadecimal."""
    return hashlib.sha256(schedule.astype("<i8").tobytes()).hexdigest()


def share(schedule: Schedule, process: int, processes: int) -> Schedule:
    """Return the places in the schedule of one of several processes: every n-th of n processes."""
    return np.arange(process, len(schedule), processes, dtype=np.int64)


class Arrivals:
    """A schedule, and a temperature for each of its arrivals.

    Args:
        load: The open load whose arrivals they are.
        scenario: The source of the temperatures.
    """

    def __init__(self, load: LoadSpec, scenario: Scenario) -> None:
        self._offsets_ns = _schedule(load)
        self._fahrenheit = scenario.temperatures(len(self._offsets_ns))

    def fahrenheit(self, seq: int) -> float:
        """Return an arrival's temperature in °F, by its place in the schedule."""
        return float(self._fahrenheit[seq])

    def due(self, begin_ns: int, process: int, processes: int) -> Iterator[tuple[int, int]]:
        """Yield a process's arrivals: the due time of each in ns, and its place in the schedule."""
        places = share(self._offsets_ns, process, processes)
        # One at a time: a list of all would take its time right when the load begins.
        return zip(map(int, begin_ns + self._offsets_ns[places]), map(int, places), strict=True)

    def describe(self) -> dict[str, object]:
        """Return the schedule's part of run.json."""
        return {"sha256": fingerprint(self._offsets_ns), "arrivals": len(self._offsets_ns)}


def _schedule(load: LoadSpec) -> Schedule:
    segments = load.segments()
    if load.steps:
        return stepped(load.model, segments, load.seed)
    return SCHEDULES[load.model](segments[0].rate_rps, segments[0].duration_s, load.seed)
