"""How far our own clock is from the leader's."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Offset:
    """Our clock minus the leader's, from the times that the leader printed.

    A line takes its time to come, so the smallest difference is the nearest, and an upper bound.
    How much the delay varies is all that can be seen of it: half of the lines took at most
    `uncertainty_ns` longer than the quickest.
    """

    offset_ns: int
    uncertainty_ns: int


def offset(differences_ns: Sequence[int]) -> Offset | None:
    """The offset, from each line's time of reception minus the time that it told."""
    if not differences_ns:
        return None
    least = min(differences_ns)
    return Offset(least, round(median(differences_ns)) - least)
