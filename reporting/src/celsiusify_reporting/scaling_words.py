"""How replicas followed the load, and what users felt of it, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from celsiusify_reporting.measurement import Measurement
from celsiusify_reporting.moments import Moments
from celsiusify_reporting.scaling import Change
from celsiusify_reporting.stretch import Stretch
from celsiusify_reporting.wording import SPACE, listing, milliseconds, percent, rate, whole


def points(measurements: Sequence[Measurement]) -> Iterator[str]:
    """A sentence or two for each change of the load that replicas followed, or didn't."""
    for one in measurements:
        for change in one.changes or ():
            told = _up(change) if change.direction == "up" else _down(change)
            yield f"{one.title}, {cause(change)}: {told}"
            if felt := _felt(change):
                yield f"{one.title}, {felt}"


def coarse(value: float) -> str:
    """A time that is known to the second."""
    return f"{abs(value) if abs(value) < 0.5 else value:.0f}".replace("-", "−")


def fine(value: float) -> str:
    """A time that is known exactly, to the tenth of a second."""
    return f"{value:.1f}"


def cause(change: Change) -> str:
    """What the load did."""
    if change.from_rps is None:
        return "when the load began"
    did = "rose" if change.direction == "up" else "fell"
    return f"when the load {did} from {rate(change.from_rps)} to {rate(change.to_rps)}/s"


def _up(change: Change) -> str:
    watched = f"{coarse(change.watched_s)}{SPACE}s"
    if change.wanted is None:
        return f"no more than {_replicas(change.before)} wanted within {watched}."
    events = [
        _event("more replicas were wanted", change.wanted),
        _event("a new pod was created", change.created),
        _event("the first was ready", change.ready),
        f"it answered after {fine(change.answered.first_s)}{SPACE}s" if change.answered else "",
    ]
    ready = change.ready
    last = (
        f"all {whole(ready.times)} new ones were ready after {coarse(ready.last_s)}{SPACE}s"
        if ready and ready.times > 1
        else ""
    )
    told = listing([one for one in (*events, last) if one])
    return f"{told} ({whole(change.before)} to {whole(change.after)} replicas).{_silent(change)}"


def _silent(change: Change) -> str:
    """What there is to say where no new replica was seen to answer."""
    if not change.tells:
        return " Its answers don't tell when the first new one answered."
    return " No new one answered." if change.ready and not change.answered else ""


def _event(what: str, moments: Moments | None) -> str:
    return f"{what} after {coarse(moments.first_s)}{SPACE}s" if moments else ""


def _down(change: Change) -> str:
    watched = f"{coarse(change.watched_s)}{SPACE}s"
    if change.wanted is None:
        return f"replicas stayed at {whole(change.before)} for the {watched} that were watched."
    first, last = (f"{coarse(at)}{SPACE}s" for at in (change.wanted.first_s, change.wanted.last_s))
    return (
        f"fewer replicas were wanted after {first}, and {whole(change.after)} instead of "
        f"{whole(change.before)} after {last}."
    )


def _replicas(count: int | None) -> str:
    return "1 replica was" if count == 1 else f"{whole(count)} replicas were"


def _felt(change: Change) -> str | None:
    """What users met: how slow it was, and what of it went wrong, stretch by stretch."""
    met = [(one, one.steady.percentile_ms(99)) for one in change.felt]
    known = [f"within {milliseconds(p99)} {_wrong(one)}" for one, p99 in met if p99 is not None]
    few = [_wrong(one) for one, p99 in met if p99 is None]
    untold = f"; {listing(few)}, too few were asked to tell" if few else ""
    return f"as users felt it: 99 % were answered {listing(known)}{untold}." if known else None


def _wrong(one: Stretch) -> str:
    """A stretch, and what share of its requests went wrong."""
    shares = ((failed(one), "failed"), (dropped(one), "were dropped"))
    wrong = [f"{percent(share)} {what}" for share, what in shares if share]
    return f"{one.name} ({listing(wrong)})" if wrong else one.name


def failed(one: Stretch) -> float | None:
    """Failures of a stretch, in percent of what ended."""
    return one.steady.throughput.failed_percent


def dropped(one: Stretch) -> float | None:
    """Arrivals of an open load that were never sent, in percent."""
    return one.steady.open_load.dropped_percent if one.steady.open_load else None
