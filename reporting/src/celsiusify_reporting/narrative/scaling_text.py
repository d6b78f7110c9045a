"""Write how replicas followed the load, and the latencies and failures meanwhile."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from celsiusify_reporting.narrative.formatting import (
    SPACE,
    UNKNOWN,
    figure,
    listing,
    percent,
    rate,
    whole,
)
from celsiusify_reporting.narrative.settings_text import spread
from celsiusify_reporting.narrative.templates import Choice, Template, choose
from celsiusify_reporting.stats.model import Measurement
from celsiusify_reporting.stats.scaling.changes import Change, EventTimes
from celsiusify_reporting.stats.scaling.replicas import Replicas
from celsiusify_reporting.stats.segments import Segment, SegmentCode

SEGMENTS: Mapping[SegmentCode, str] = {
    SegmentCode.STEP: "{step}, at {rate}/s",
    SegmentCode.BEFORE: "before",
    SegmentCode.UNTIL_READY: "until the new replicas were ready",
    SegmentCode.WITH_NEW_REPLICAS: "with the new replicas",
    SegmentCode.WITHOUT_NEW_REPLICAS: "without a new replica",
    SegmentCode.AFTERWARDS: "afterwards",
}
CAUSES: Mapping[str, str] = {
    "began": "when the load began",
    "up": "when the load rose from {from_rate} to {to_rate}/s",
    "down": "when the load fell from {from_rate} to {to_rate}/s",
}
POINT = Choice(
    "rounds", {1: "{title}, {cause}: {effect}"}, "{title}, {cause} in {rounds} rounds: {effect}"
)

NOT_SCALED = Choice(
    "replicas",
    {1: "no more than {replicas} replica was wanted within {observed}."},
    "no more than {replicas} replicas were wanted within {observed}.",
)
SCALED_UP = "{events} ({before} to {after} replicas)."
UNNAMED = SCALED_UP + " Its answers don't tell when the first new one answered."
SILENT = SCALED_UP + " No new one answered."
EVENTS = {
    "desired": "more replicas were wanted after {times}",
    "created": "a new pod was created after {times}",
    "ready": "the first was ready after {times}",
    "answered": "it answered after {times}",
}
ALL_READY = "all {ready} new ones were ready after {times}"
SOME_READY = "only {ready} of {wanted} new ones by the time the load changed again"
KEPT = "replicas stayed at {before} for the {observed} that were observed."
SCALED_DOWN = (
    "fewer replicas were wanted after {first}, and {after} instead of {before} after {last}."
)

IMPACT: Template = Choice(
    "untold",
    {
        "": "{title}, as users experienced it: 99 % were answered {segments}.",
    },
    "{title}, as users experienced it: 99 % were answered {segments}; {untold}, there were too few "
    "requests to tell.",
)
IMPACT_OF_SEGMENT = "within {p99} {segment}"

SOME_LATE = Choice(
    "rises",
    {1: "not all new replicas of {title} were ready while the load was high"},
    "not all new replicas of {title} were ready while the load was high in {late} of {rises} "
    "rounds",
)
ALL_IN_TIME = "{title} had all new replicas ready {times} after the load rose"
NONE_WANTED = "no more replicas of {title} were wanted when the load rose"


def segment_title(segment: Segment) -> str:
    """Return the title of a segment; a step has its number and its rate."""
    return SEGMENTS[segment.code].format(step=segment.step, rate=rate(segment.rate_rps))


def ready(replicas: Replicas | None) -> str:
    """Return the number of ready replicas, or the fewest and the most."""
    return UNKNOWN if replicas is None else spread(replicas.fewest, replicas.most)


def failed(segment: Segment) -> float | None:
    """Return the failures of a segment, in percent of finished requests."""
    return segment.window_stats.throughput.failed_percent


def dropped(segment: Segment) -> float | None:
    """Return the dropped arrivals of a segment in percent; None for a closed load."""
    load = segment.window_stats.open_load
    return load.dropped_percent if load else None


def coarse(value: float) -> str:
    """Return a time that is known to the second."""
    return f"{abs(value) if abs(value) < 0.5 else value:.0f}".replace("-", "−")


def fine(value: float) -> str:
    """Return a time that is known exactly, to the tenth of a second."""
    return f"{value:.1f}"


def points(measurements: Sequence[Measurement]) -> Iterator[str]:
    """Yield a sentence or two for each change of the load.

    Rounds with the same events share a sentence, which gives the range of their times.
    """
    for measurement in measurements:
        for changes in _grouped(measurement.changes or ()):
            up = changes[0].direction == "up"
            yield choose(POINT, {"rounds": len(changes)}).format(
                title=measurement.title,
                cause=cause(changes[0]),
                rounds=whole(len(changes)),
                effect=_scaled_up(changes) if up else _scaled_down(changes),
            )
            yield from _impact(measurement.title, changes)


def headlines(measurements: Sequence[Measurement]) -> Iterator[str]:
    """Yield for each target how soon replicas were ready after a step up of the load."""
    for measurement in measurements:
        rises = [
            change
            for change in measurement.changes or ()
            if change.direction == "up" and change.from_rps
        ]
        scaled = [change for change in rises if change.desired]
        ready_s = [
            change.ready.last_s for change in scaled if change.ready and not change.missing_replicas
        ]
        late = len(scaled) - len(ready_s)
        if late:
            yield choose(SOME_LATE, {"rises": len(rises)}).format(
                title=measurement.title, late=whole(late), rises=whole(len(rises))
            )
        elif scaled:
            yield ALL_IN_TIME.format(title=measurement.title, times=_range(ready_s))
        elif rises:
            yield NONE_WANTED.format(title=measurement.title)


def cause(change: Change) -> str:
    """Return how the load changed."""
    template = CAUSES["began" if change.from_rps is None else change.direction]
    return template.format(from_rate=rate(change.from_rps), to_rate=rate(change.to_rps))


def _grouped(changes: Sequence[Change]) -> list[list[Change]]:
    """Group the changes of several rounds by their events, whenever these happened."""
    groups: dict[tuple[object, ...], list[Change]] = {}
    for change in changes:
        events = (change.desired, change.created, change.ready, change.answered)
        counts = tuple(times and times.count for times in events)
        impact = tuple((segment.code, segment.p99_ms is None) for segment in change.user_impact)
        replicas = (change.replicas_before, change.replicas_after, change.names_instances)
        load = (change.direction, change.from_rps, change.to_rps)
        groups.setdefault((*load, *replicas, *counts, *impact), []).append(change)
    return list(groups.values())


def _range(seconds: Sequence[float], write: Callable[[float], str] = coarse) -> str:
    """Return the least and the most of some times, with their unit."""
    ends = dict.fromkeys(write(end) for end in (min(seconds), max(seconds)))
    return f"{' to '.join(ends)}{SPACE}s"


def _scaled_up(changes: Sequence[Change]) -> str:
    first = changes[0]
    if first.desired is None:
        template = choose(NOT_SCALED, {"replicas": first.replicas_before})
        return template.format(replicas=whole(first.replicas_before), observed=_observed(changes))
    if not first.names_instances:
        template = UNNAMED
    else:
        template = SILENT if first.ready and not first.answered else SCALED_UP
    return template.format(
        events=listing([*_events(changes), *_last(changes)]),
        before=whole(first.replicas_before),
        after=whole(first.replicas_after),
    )


def _observed(changes: Sequence[Change]) -> str:
    return _range([change.observed_s for change in changes])


def _events(changes: Sequence[Change]) -> Iterator[str]:
    for name, template in EVENTS.items():
        events: list[EventTimes | None] = [getattr(change, name) for change in changes]
        first_s = [times.first_s for times in events if times]
        write = fine if name == "answered" else coarse
        if first_s:
            yield template.format(times=_range(first_s, write))


def _last(changes: Sequence[Change]) -> Iterator[str]:
    """Yield when the last of several new replicas was ready, or how many were."""
    first_ready, missing = changes[0].ready, changes[0].missing_replicas
    if first_ready is None or (first_ready.count == 1 and not missing):
        return
    count = first_ready.count
    if missing:
        yield SOME_READY.format(ready=whole(count), wanted=whole(count + missing))
        return
    last_s = [change.ready.last_s for change in changes if change.ready]
    yield ALL_READY.format(ready=whole(count), times=_range(last_s))


def _scaled_down(changes: Sequence[Change]) -> str:
    first = changes[0]
    before, after = whole(first.replicas_before), whole(first.replicas_after)
    desired = [change.desired for change in changes if change.desired]
    if not desired:
        return KEPT.format(before=before, observed=_observed(changes))
    return SCALED_DOWN.format(
        first=_range([times.first_s for times in desired]),
        last=_range([times.last_s for times in desired]),
        before=before,
        after=after,
    )


def _impact(title: str, changes: Sequence[Change]) -> Iterator[str]:
    """Yield the 99th percentile of latency and the failures, segment by segment."""
    segments = list(zip(*(change.user_impact for change in changes), strict=True))
    known = [
        IMPACT_OF_SEGMENT.format(p99=p99, segment=_with_failures(same))
        for same in segments
        if (p99 := _p99(same))
    ]
    if known:
        untold = listing([_with_failures(same) for same in segments if not _p99(same)])
        yield choose(IMPACT, {"untold": untold}).format(
            title=title, segments=listing(known), untold=untold
        )


def _p99(same: Sequence[Segment]) -> str:
    """Return the range of the 99th percentile over rounds; empty if unknown."""
    p99_ms = [value for segment in same if (value := segment.p99_ms) is not None]
    ends = dict.fromkeys(figure(end) for end in (min(p99_ms), max(p99_ms))) if p99_ms else ()
    return f"{' to '.join(ends)}{SPACE}ms" if ends else ""


def _with_failures(same: Sequence[Segment]) -> str:
    """Return a segment with its failed and dropped requests in the worst round."""
    shares = (
        (max(failed(segment) or 0 for segment in same), "{most}{percent} failed"),
        (max(dropped(segment) or 0 for segment in same), "{most}{percent} were dropped"),
    )
    most = "up to " if len(same) > 1 else ""
    parts = [text.format(most=most, percent=percent(share)) for share, text in shares if share]
    title = segment_title(same[0])
    return f"{title} ({listing(parts)})" if parts else title
