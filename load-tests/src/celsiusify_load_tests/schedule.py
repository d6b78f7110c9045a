"""When the requests of an open load are due: a schedule made before the load, from a seed.

An open load's arrivals don't wait for answers (Schroeder, Wierman and Harchol-Balter, "Open Versus
Closed: A Cautionary Tale", NSDI 2006), so all of them can be known beforehand.
"""

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Schedule = NDArray[np.int64]
"""Nanoseconds from the load's begin to each arrival, ascending, shape `(arrivals,)`."""

_NS_PER_S = 1e9
_SPARE_DEVIATIONS = 10  # more gaps than are needed, with a probability that rounds to 1


def constant(rate_rps: float, duration_s: float, seed: int) -> Schedule:
    """Even gaps of 1/rate, the first arrival at once; chance, and so `seed`, has no part in it."""
    arrivals = int(np.ceil(rate_rps * duration_s))
    return _within(duration_s, np.arange(arrivals) * (_NS_PER_S / rate_rps))


def poisson(rate_rps: float, duration_s: float, seed: int) -> Schedule:
    """Gaps that are exponential and independent with mean 1/rate: a Poisson process.

    How many arrivals fall into `duration_s` is then a matter of chance as well (Ross, Introduction
    to Probability Models, section 5.3).
    """
    mean = rate_rps * duration_s
    enough = int(mean + _SPARE_DEVIATIONS * (1 + np.sqrt(mean)))
    chance = np.random.Generator(np.random.PCG64(seed))
    return _within(duration_s, np.cumsum(chance.exponential(_NS_PER_S / rate_rps, enough)))


def _within(duration_s: float, offsets: NDArray[np.floating[Any]]) -> Schedule:
    whole: Schedule = np.rint(offsets).astype(np.int64)
    return whole[: np.searchsorted(whole, round(duration_s * _NS_PER_S))]


ARRIVALS: dict[str, Callable[[float, float, int], Schedule]] = {
    "constant": constant,
    "poisson": poisson,
}
"""How arrivals may follow each other: each makes a schedule of a rate, a duration and a seed."""


def fingerprint(schedule: Schedule) -> str:
    """The SHA-256 of a schedule's offsets as little-endian 64-bit integers, in hexadecimal."""
    return hashlib.sha256(schedule.astype("<i8").tobytes()).hexdigest()


def share(schedule: Schedule, process: int, processes: int) -> Schedule:
    """The places in the schedule that fall to one of several processes: every so many-th."""
    return np.arange(process, len(schedule), processes, dtype=np.int64)
