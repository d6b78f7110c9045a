"""Write the figures behind a conclusion, a sentence for each."""

from collections.abc import Iterator, Sequence

from celsiusify_reporting.compare.pairs import Comparison, many
from celsiusify_reporting.narrative import scaling_text
from celsiusify_reporting.narrative.comparison_text import detail
from celsiusify_reporting.narrative.formatting import (
    figure,
    limit,
    listing,
    milliseconds,
    percent,
    setting,
    whole,
)
from celsiusify_reporting.narrative.templates import Choice, choose
from celsiusify_reporting.stats.closed_loop import stall
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.model import Measurement

CEILING = (
    "{title}: {share} of the {ceiling} requests a second that {users} users can ask for when each "
    "thinks for {think} after an answer."
)
NEAR_CEILING = Choice(
    "limited",
    {
        1: "Above {limit} of that, throughput shows the load's limit and no target's capacity. So "
        "it does for {targets}: the target might answer more than it was asked for."
    },
    "Above {limit} of that, throughput shows the load's limit and no target's capacity. So it does "
    "for {targets}: latency and CPU time per request are what can be compared.",
)
SERVICE_TIME = (
    "{title}: 99 % were answered within {response} of when they were due, and within {service} of "
    "when they were sent."
)
OMISSION = Choice(
    "omitted",
    {
        True: SERVICE_TIME
        + " The gap of {gap} is coordinated omission: what a load that waits for answers doesn't "
        "see."
    },
    SERVICE_TIME,
)
STALL = (
    "{title}: a pause of a second, or of ten, delays one request of each of {users} users, {share} "
    "of a round: it can't show in {percentiles}. Only an open load shows pauses."
)


def points(
    answering: Sequence[Measurement], comparisons: Sequence[Comparison], method: Method
) -> Iterator[str]:
    """Yield the comparisons, their limits, the scaling, and what may be hidden."""
    if not many(comparisons):
        yield from (detail(part, method) for part in comparisons if part.ratio is not None)
    yield from _ceilings(answering, method)
    yield from scaling_text.points(answering)
    yield from _hidden(answering, method)


def _ceilings(answering: Sequence[Measurement], method: Method) -> Iterator[str]:
    for measurement in answering:
        if loop := measurement.closed_loop:
            yield CEILING.format(
                title=measurement.title,
                share=percent(loop.ceiling_percent),
                ceiling=figure(loop.ceiling_rps),
                users=whole(loop.users),
                think=milliseconds(loop.think_ms),
            )
    closed = [measurement for measurement in answering if measurement.closed_loop]
    if limited := limited_by_load(closed, method):
        yield choose(NEAR_CEILING, {"limited": len(limited)}).format(
            limit=limit(method.near_ceiling_percent), targets=listing(limited)
        )


def _hidden(answering: Sequence[Measurement], method: Method) -> Iterator[str]:
    """Yield what a closed load may hide, and what an open load would have hidden."""
    for measurement in answering:
        if measurement.closed_loop:
            yield from _stall(measurement, measurement.closed_loop.users, method)
        if measurement.open_load:
            yield from _omission(measurement, method)


def _omission(measurement: Measurement, method: Method) -> Iterator[str]:
    load = measurement.open_load
    p99 = load.at(99) if load else None
    if load is None or p99 is None or p99.gap_ms is None:
        return
    omitted = p99.gap_ms > method.lag_warning_ms + (load.lag_p99_ms or 0)
    yield choose(OMISSION, {"omitted": omitted}).format(
        title=measurement.title,
        response=milliseconds(p99.response_ms),
        service=milliseconds(p99.service_ms),
        gap=milliseconds(p99.gap_ms),
    )


def _stall(measurement: Measurement, users: int, method: Method) -> Iterator[str]:
    finished = [
        round_.window_stats.counts.finished for round_ in measurement.rounds if round_.window_stats
    ]
    pause = stall(users, min(finished, default=0), method.percents)
    if pause is None or not pause.unmoved:
        return
    yield STALL.format(
        title=measurement.title,
        users=whole(users),
        share=percent(pause.percent),
        percentiles=listing([f"p{setting(value)}" for value in pause.unmoved]),
    )


def limited_by_load(measurements: Sequence[Measurement], method: Method) -> list[str]:
    """Return the titles of the targets whose throughput the load sets."""
    return [
        measurement.title
        for measurement in measurements
        if measurement.open_load or (measurement.ceiling_percent or 0) > method.near_ceiling_percent
    ]
