"""What was, and what wasn't, equal between the targets of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from celsiusify_reporting.cluster import Cluster
from celsiusify_reporting.measurement import Measurement
from celsiusify_reporting.run import Run
from celsiusify_reporting.traits import Value, given, served
from celsiusify_reporting.wording import UNKNOWN, limit, listing

NEARLY = 1  # shares that differ by so many percent of all are equal


@dataclass(frozen=True)
class Trait:
    """One thing that should be equal.

    Attributes:
        values: A value a target, in their order; None where unknown.
        equal: Whether all are; None where none that are known differ, but not all are known.
    """

    name: str
    values: tuple[str | None, ...]
    equal: bool | None


@dataclass(frozen=True)
class Fairness:
    """The sheet of a run.

    Attributes:
        targets: Their titles, in order.
        traits: All of them; `unequal` names those that differ.
        sentences: What wasn't equal, for the first page.
    """

    targets: tuple[str, ...]
    traits: tuple[Trait, ...]
    unequal: tuple[str, ...]
    sentences: tuple[str, ...]


def sheet(
    measurements: Sequence[Measurement], run: Run, cluster: Cluster | None = None
) -> Fairness:
    """Put the targets of a run side by side."""
    ran = [one for one in measurements if one.counting]
    named = [*given(run, cluster), *served(ran, run)]
    traits = tuple(_trait(name, [value_of(one) for one in ran]) for name, value_of in named)
    titles = tuple(one.title for one in ran)
    unequal = tuple(one.name for one in traits if one.equal is False)
    return Fairness(titles, traits, unequal, tuple(_sentences(titles, traits)))


def _trait(name: str, values: Sequence[Value]) -> Trait:
    known = [one for one in values if one is not None]
    alike = True if len(known) == len(values) else None
    return Trait(name, tuple(map(_written, values)), False if _differ(known) else alike)


def _differ(known: Sequence[str | float]) -> bool:
    shares = [one for one in known if not isinstance(one, str)]
    if shares:
        return max(shares) - min(shares) > NEARLY
    return len({*known}) > 1


def _written(value: Value) -> str | None:
    return value if value is None or isinstance(value, str) else limit(round(value))


# What CPU is unequal in, where it is.
UNEQUAL_CPU = {
    "CPU given, cores": "the targets were given different numbers of cores",
    "CPU limit of a replica, cores": "a replica of each target may use different numbers of cores",
}


def _sentences(titles: Sequence[str], traits: Sequence[Trait]) -> Iterator[str]:
    unequal = [one for one in traits if one.equal is False]
    if len(titles) < 2 or not unequal:
        return
    first, *others = unequal
    if first.name in UNEQUAL_CPU:
        pairs = zip(titles, first.values, strict=True)
        given = listing([f"{title} had {value or UNKNOWN}" for title, value in pairs])
        yield f"Unequal CPU: {UNEQUAL_CPU[first.name]}: {given}."
        unequal = others
    if unequal:
        differing = [f"{one.name} ({_against(titles, one)})" for one in unequal]
        yield f"Not equal between the targets: {listing(differing)}."


def _against(titles: Sequence[str], trait: Trait) -> str:
    """Both values of two targets; of more, who has which."""
    written = [value or UNKNOWN for value in trait.values]
    if len(titles) == 2:
        return " against ".join(written)
    having = {
        value: [title for title, own in zip(titles, written, strict=True) if own == value]
        for value in dict.fromkeys(written)
    }
    return "; ".join(f"{value}: {listing(names)}" for value, names in having.items())
