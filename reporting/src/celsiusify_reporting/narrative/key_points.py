"""What stands behind a conclusion, figure by figure, in sentences."""

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
from celsiusify_reporting.stats.closed_loop import stall
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.model import Measurement
from celsiusify_reporting.stats.open_load import OpenLoad


def points(
    answering: Sequence[Measurement], comparisons: Sequence[Comparison], method: Method
) -> Iterator[str]:
    """What was compared, what limits it, how replicas followed, and what could be hidden."""
    if not many(comparisons):
        yield from (detail(one, method) for one in comparisons if one.ratio is not None)
    yield from _ceiling_points(answering, method)
    yield from scaling_text.points(answering)
    yield from _hidden(answering, method)


def _ceiling_points(answering: Sequence[Measurement], method: Method) -> Iterator[str]:
    for one in answering:
        if loop := one.closed_loop:
            yield (
                f"{one.title}: {percent(loop.ceiling_percent)} of the {figure(loop.ceiling_rps)} "
                f"requests a second that {whole(loop.users)} users can ask for when each thinks "
                f"for {milliseconds(loop.think_ms)} after an answer."
            )
    closed = [one for one in answering if one.closed_loop]
    if limited := near(closed, method):
        what = (
            "latency and CPU time per request are what can be compared"
            if len(limited) > 1
            else "it might answer more than it was asked for"
        )
        yield (
            f"Above {limit(method.near_ceiling_percent)} of that, throughput shows the load's "
            f"limit and no target's capacity. So it does for {listing(limited)}: {what}."
        )


def _hidden(answering: Sequence[Measurement], method: Method) -> Iterator[str]:
    """What waiting for answers could hide of a closed load, and did hide of an open one."""
    for one in answering:
        if one.closed_loop:
            yield from _stall(one, one.closed_loop.users, method)
        if one.open_load:
            yield from _gap(one.title, one.open_load, method)


def _gap(title: str, load: OpenLoad, method: Method) -> Iterator[str]:
    """The 99th percentile of both times, and what their gap is."""
    p99 = load.at(99)
    if p99 is None or p99.gap_ms is None:
        return
    text = (
        f"{title}: 99 % were answered within {milliseconds(p99.response_ms)} of when they were "
        f"due, and within {milliseconds(p99.service_ms)} of when they were sent."
    )
    if p99.gap_ms > method.lag_warning_ms + (load.lag_p99_ms or 0):
        text += (
            f" The gap of {milliseconds(p99.gap_ms)} is coordinated omission: what a load that "
            "waits for answers doesn't see."
        )
    yield text


def _stall(one: Measurement, users: int, method: Method) -> Iterator[str]:
    each = [round_.window_stats.counts.finished for round_ in one.rounds if round_.window_stats]
    pause = stall(users, min(each, default=0), method.percents)
    if pause is None or not pause.unmoved:
        return
    unmoved = listing([f"p{setting(value)}" for value in pause.unmoved])
    yield (
        f"{one.title}: a pause of a second, or of ten, delays one request of each of "
        f"{whole(users)} users, {percent(pause.percent)} of a round: it can't show in {unmoved}. "
        "Only an open load shows pauses."
    )


def near(measurements: Sequence[Measurement], method: Method) -> list[str]:
    """Titles of the targets whose throughput the load sets."""
    return [
        one.title
        for one in measurements
        if one.open_load or (one.ceiling_percent or 0) > method.near_ceiling_percent
    ]
