"""Find what was equal between the targets of a run."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from celsiusify_reporting.inputs.cluster_json import Cluster, Deployed
from celsiusify_reporting.inputs.run_json import Run
from celsiusify_reporting.narrative.formatting import (
    UNKNOWN,
    figure,
    limit,
    listing,
    setting,
    shortened,
    whole,
)
from celsiusify_reporting.narrative.settings_text import policy, scaler
from celsiusify_reporting.stats.model import Measurement
from celsiusify_reporting.validity.deployment import beside, cores, ready

YES_NO = {None: None, True: "yes", False: "no"}
# What is shown of a target though another one doesn't have it.
WEIGHTY = ("workers", "threads", "model", "batching")

Value = str | float | None  # a number is a share, in percent
Trait = tuple[str, Callable[[Measurement], Value]]


def given(run: Run, cluster: Cluster | None) -> Iterator[Trait]:
    """What the targets were given, of a cluster or of a machine."""
    if cluster:
        yield from _given_in(cluster)
        return
    yield "CPU given, cores", _cores
    if not run.load.workers:
        yield "shares its cores with the load generator", _shares


def _given_in(cluster: Cluster) -> Iterator[Trait]:
    """What the targets were given of a cluster."""

    def deployed(one: Measurement) -> Deployed:
        return cluster.targets.get(one.name, Deployed())

    def memory(one: Measurement) -> str:
        limit_bytes = deployed(one).memory_limit_bytes
        return "none" if limit_bytes is None else f"{figure(limit_bytes / 2**20)} MiB"

    yield "CPU limit of a replica, cores", lambda one: cores(deployed(one).cpu_limit_cores)
    yield "CPU request of a replica, cores", lambda one: cores(deployed(one).cpu_request_cores)
    yield "memory limit of a replica", memory
    yield "ready replicas", lambda one: ready(one.replicas) if one.replicas else None
    yield "autoscaler", lambda one: scaler(deployed(one).autoscaler)
    yield "shares a node with the load generator", lambda one: YES_NO[beside(cluster, one)]


def served(ran: Sequence[Measurement], run: Run) -> Iterator[Trait]:
    """What served, and how it was asked."""
    for name in _shared_settings(ran):
        yield name.replace("_", " "), lambda one, name=name: _setting(one, name)  # type: ignore[misc]
    yield "protocol", lambda one: one.target.protocol
    yield "method", lambda one: one.target.request.partition(" ")[0] or None
    if connections := policy(run.load):
        yield "connections", lambda _: connections
    yield "requests on a kept connection", _kept
    yield "bytes of a request", lambda one: _known(one.target.request_bytes)
    yield "bytes of an answer", _answer
    yield "instances", lambda one: _known(one.window_stats.instances if one.window_stats else None)
    yield "engine", _engine


def _shared_settings(ran: Sequence[Measurement]) -> list[str]:
    """What all targets tell of themselves, such as workers and threads; and what one does."""
    told = [one.target.engine.settings for one in ran if one.target.engine]
    names = dict.fromkeys(name for settings in told for name in settings)
    everywhere = [name for name in names if all(name in settings for settings in told)]
    return sorted({*everywhere, *(name for name in names if name in WEIGHTY)})


def _setting(one: Measurement, name: str) -> str | None:
    settings: Mapping[str, Any] = one.target.engine.settings if one.target.engine else {}
    return None if settings.get(name) is None else shortened(str(settings[name]))


def _cores(one: Measurement) -> str | None:
    return None if one.target.cores is None else whole(len(one.target.cores))


def _shares(one: Measurement) -> str:
    return "yes" if one.target.cores is None else "no"


def _kept(one: Measurement) -> float | None:
    """The share of requests that found a connection open, over all rounds, in percent."""
    known = [(each.record.connections, each.counting) for each in one.rounds]
    opened = sum(connections.opened for connections, _ in known if connections)
    started = sum(
        counting.rows.started for connections, counting in known if connections and counting
    )
    return max(0.0, 100 * (1 - opened / started)) if started else None


def _answer(one: Measurement) -> str | None:
    mean = one.window_stats.response_bytes if one.window_stats else None
    return None if mean is None else setting(round(mean))


def _engine(one: Measurement) -> str | None:
    engine = one.target.engine
    return shortened(engine.engine) if engine and engine.engine else None


def _known(value: int | None) -> str | None:
    return None if value is None else whole(value)


NEARLY = 1  # shares that differ by so many percent of all are equal


@dataclass(frozen=True)
class ParityRow:
    """One thing that should be equal.

    Attributes:
        values: A value a target, in their order; None where unknown.
        equal: Whether all are; None where none that are known differ, but not all are known.
    """

    name: str
    values: tuple[str | None, ...]
    equal: bool | None


@dataclass(frozen=True)
class Parity:
    """The sheet of a run.

    Attributes:
        targets: Their titles, in order.
        rows: All of them; `unequal` names those that differ.
        sentences: What wasn't equal, for the first page.
    """

    targets: tuple[str, ...]
    rows: tuple[ParityRow, ...]
    unequal: tuple[str, ...]
    sentences: tuple[str, ...]


def sheet(measurements: Sequence[Measurement], run: Run, cluster: Cluster | None = None) -> Parity:
    """Put the targets of a run side by side."""
    ran = [one for one in measurements if one.counting]
    named = [*given(run, cluster), *served(ran, run)]
    rows = tuple(_trait(name, [value_of(one) for one in ran]) for name, value_of in named)
    titles = tuple(one.title for one in ran)
    unequal = tuple(one.name for one in rows if one.equal is False)
    return Parity(titles, rows, unequal, tuple(_sentences(titles, rows)))


def _trait(name: str, values: Sequence[Value]) -> ParityRow:
    known = [one for one in values if one is not None]
    alike = True if len(known) == len(values) else None
    return ParityRow(name, tuple(map(_written, values)), False if _differ(known) else alike)


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


def _sentences(titles: Sequence[str], rows: Sequence[ParityRow]) -> Iterator[str]:
    unequal = [one for one in rows if one.equal is False]
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


def _against(titles: Sequence[str], trait: ParityRow) -> str:
    """Both values of two targets; of more, who has which."""
    written = [value or UNKNOWN for value in trait.values]
    if len(titles) == 2:
        return " against ".join(written)
    having = {
        value: [title for title, own in zip(titles, written, strict=True) if own == value]
        for value in dict.fromkeys(written)
    }
    return "; ".join(f"{value}: {listing(names)}" for value, names in having.items())
