"""Write how replicas followed the load, and what users experienced meanwhile."""

from collections.abc import Callable, Iterator, Sequence

from celsiusify_reporting.narrative.formatting import SPACE, figure, listing, percent, rate, whole
from celsiusify_reporting.stats.model import Measurement
from celsiusify_reporting.stats.scaling.changes import Change, EventTimes
from celsiusify_reporting.stats.segments import Segment


def user_impact(alike: Sequence[Change]) -> str | None:
    """What users met: how slow it was, and what of it went wrong, stretch by stretch."""
    segments = list(zip(*(one.user_impact for one in alike), strict=True))
    known = [f"within {_slow(same)} {_wrong(same)}" for same in segments if _slow(same)]
    few = [_wrong(same) for same in segments if not _slow(same)]
    untold = f"; {listing(few)}, too few were asked to tell" if few else ""
    return f"as users felt it: 99 % were answered {listing(known)}{untold}." if known else None


def _slow(same: Sequence[Segment]) -> str:
    """The 99th percentile of a stretch in each round, from the least to the most."""
    p99 = [value for one in same if (value := one.p99_ms) is not None]
    ends = dict.fromkeys(figure(end) for end in (min(p99), max(p99))) if p99 else ()
    return f"{' to '.join(ends)}{SPACE}ms" if ends else ""


def _wrong(same: Sequence[Segment]) -> str:
    """A stretch, and what share of its requests went wrong, in the worst round."""
    shares = ((failed, "failed"), (dropped, "were dropped"))
    worst = [(max(share(one) or 0 for one in same), what) for share, what in shares]
    most = "up to " if len(same) > 1 else ""
    wrong = [f"{most}{percent(share)} {what}" for share, what in worst if share]
    return f"{same[0].name} ({listing(wrong)})" if wrong else same[0].name


def failed(one: Segment) -> float | None:
    """Failures of a stretch, in percent of what ended."""
    return one.window_stats.throughput.failed_percent


def dropped(one: Segment) -> float | None:
    """Arrivals of an open load that were never sent, in percent."""
    return one.window_stats.open_load.dropped_percent if one.window_stats.open_load else None


def coarse(value: float) -> str:
    """A time that is known to the second."""
    return f"{abs(value) if abs(value) < 0.5 else value:.0f}".replace("-", "−")


def fine(value: float) -> str:
    """A time that is known exactly, to the tenth of a second."""
    return f"{value:.1f}"


def points(measurements: Sequence[Measurement]) -> Iterator[str]:
    """A sentence or two for each change of the load that replicas followed, or didn't.

    Rounds in which the same happened share a sentence, which then says from when until when.
    """
    for one in measurements:
        for alike in _alike(one.changes or ()):
            rounds = f" in {whole(len(alike))} rounds" if len(alike) > 1 else ""
            told = _up(alike) if alike[0].direction == "up" else _down(alike)
            yield f"{one.title}, {cause(alike[0])}{rounds}: {told}"
            if met := user_impact(alike):
                yield f"{one.title}, {met}"


def headlines(measurements: Sequence[Measurement]) -> Iterator[str]:
    """For each target, how soon replicas were there after its load had risen in a step."""
    for one in measurements:
        rises = [each for each in one.changes or () if each.direction == "up" and each.from_rps]
        wanted = [each for each in rises if each.desired]
        ready_s = [each.ready.last_s for each in wanted if each.ready and not each.missing_replicas]
        late = len(wanted) - len(ready_s)
        if late:
            of = f" in {whole(late)} of {whole(len(rises))} rounds" if len(rises) > 1 else ""
            yield f"not all new replicas of {one.title} were ready while the load was high{of}"
        elif wanted:
            yield f"{one.title} had all new replicas ready {_range(ready_s)} after the load rose"
        elif rises:
            yield f"no more replicas of {one.title} were wanted when the load rose"


def _alike(changes: Sequence[Change]) -> list[list[Change]]:
    """Changes of several rounds by what happened, whenever it did."""
    kinds: dict[tuple[object, ...], list[Change]] = {}
    for one in changes:
        events = (one.desired, one.created, one.ready, one.answered)
        counts = tuple(event_times and event_times.count for event_times in events)
        met = tuple((each.name, each.p99_ms is None) for each in one.user_impact)
        load = (
            one.direction,
            one.from_rps,
            one.to_rps,
            one.replicas_before,
            one.replicas_after,
            one.names_instances,
        )
        kinds.setdefault((*load, *counts, *met), []).append(one)
    return list(kinds.values())


def _range(seconds: Sequence[float], write: Callable[[float], str] = coarse) -> str:
    """The least and the most of some times, with their unit."""
    ends = dict.fromkeys(write(end) for end in (min(seconds), max(seconds)))
    return f"{' to '.join(ends)}{SPACE}s"


def cause(change: Change) -> str:
    """What the load did."""
    if change.from_rps is None:
        return "when the load began"
    did = "rose" if change.direction == "up" else "fell"
    return f"when the load {did} from {rate(change.from_rps)} to {rate(change.to_rps)}/s"


def _up(alike: Sequence[Change]) -> str:
    one = alike[0]
    if one.desired is None:
        watched = _range([each.observed_s for each in alike])
        return f"no more than {_replicas(one.replicas_before)} wanted within {watched}."
    events = [
        _event("more replicas were wanted", [each.desired for each in alike]),
        _event("a new pod was created", [each.created for each in alike]),
        _event("the first was ready", [each.ready for each in alike]),
        _event("it answered", [each.answered for each in alike], fine),
        _last(alike),
    ]
    told = listing([event for event in events if event])
    before, after = whole(one.replicas_before), whole(one.replicas_after)
    return f"{told} ({before} to {after} replicas).{_silent(one)}"


def _event(
    what: str, event_times: Sequence[EventTimes | None], write: Callable[[float], str] = coarse
) -> str:
    known = [one.first_s for one in event_times if one]
    return f"{what} after {_range(known, write)}" if known else ""


def _last(alike: Sequence[Change]) -> str:
    """When the last of several new replicas was ready, or how many were."""
    ready = alike[0].ready
    if ready is None or (ready.count == 1 and not alike[0].missing_replicas):
        return ""
    if missing_replicas := alike[0].missing_replicas:
        wanted = whole(ready.count + missing_replicas)
        return f"only {whole(ready.count)} of {wanted} new ones by the time the load changed again"
    last = _range([one.ready.last_s for one in alike if one.ready])
    return f"all {whole(ready.count)} new ones were ready after {last}"


def _silent(change: Change) -> str:
    """What there is to say where no new replica was seen to answer."""
    if not change.names_instances:
        return " Its answers don't tell when the first new one answered."
    return " No new one answered." if change.ready and not change.answered else ""


def _down(alike: Sequence[Change]) -> str:
    one = alike[0]
    wanted = [each.desired for each in alike if each.desired]
    if not wanted:
        watched = _range([each.observed_s for each in alike])
        return (
            f"replicas stayed at {whole(one.replicas_before)} for the {watched} that were watched."
        )
    first, last = [each.first_s for each in wanted], [each.last_s for each in wanted]
    return (
        f"fewer replicas were wanted after {_range(first)}, and {whole(one.replicas_after)} "
        f"instead of {whole(one.replicas_before)} after {_range(last)}."
    )


def _replicas(count: int | None) -> str:
    return "1 replica was" if count == 1 else f"{whole(count)} replicas were"
