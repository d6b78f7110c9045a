"""Compare the capacities of targets, by the rates that they lie between."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from celsiusify_reporting.stats.capacity import CapacityResult


class CapacityRatioCode(StrEnum):
    """What two searches show: a ratio, its lower bound, equal rates, or nothing."""

    BETWEEN = "between"
    AT_LEAST = "at_least"
    TOO_CLOSE = "too_close"
    NOT_ESTABLISHED = "not_established"


@dataclass(frozen=True)
class CapacityRatio:
    """The capacity of one target divided by that of another, both by name.

    Attributes:
        not_established: The targets whose capacity the search didn't establish.
        least: The smallest ratio that the searches allow; None if they allow any.
        most: The largest ratio; None if there is no bound.
    """

    code: CapacityRatioCode
    higher: str
    lower: str
    not_established: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None


def compare_capacities(results: Sequence[CapacityResult]) -> Iterator[CapacityRatio]:
    """Compare each two targets that held a rate with the same objective."""
    for first, second in combinations(results, 2):
        if first.objective != second.objective or not first.rate_rps or not second.rate_rps:
            continue
        higher, lower = (first, second) if first.rate_rps >= second.rate_rps else (second, first)
        yield _ratio(higher, lower)


def _ratio(higher: CapacityResult, lower: CapacityResult) -> CapacityRatio:
    assert higher.rate_rps
    assert lower.rate_rps
    names = higher.target, lower.target
    open_ = tuple(result.target for result in (higher, lower) if not result.established)
    if not lower.established or (open_ and higher.limit != "generator"):
        return CapacityRatio(CapacityRatioCode.NOT_ESTABLISHED, *names, open_)
    least = higher.rate_rps / (lower.above_rps or lower.rate_rps)
    if not higher.established or not higher.above_rps:
        return CapacityRatio(CapacityRatioCode.AT_LEAST, *names, open_, least)
    if least <= 1:
        return CapacityRatio(CapacityRatioCode.TOO_CLOSE, *names)
    most = higher.above_rps / lower.rate_rps
    return CapacityRatio(CapacityRatioCode.BETWEEN, *names, (), least, most)
