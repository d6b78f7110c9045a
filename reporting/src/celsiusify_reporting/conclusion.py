"""What follows from the figures of a run, in plain words.

A difference is called one only where the interval of a comparison says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from celsiusify_reporting import capacity, scaling_words
from celsiusify_reporting.capacity import Found
from celsiusify_reporting.closed_loop import stall
from celsiusify_reporting.comparison import Comparison
from celsiusify_reporting.measurement import Measurement
from celsiusify_reporting.method import Method
from celsiusify_reporting.open_load import OpenLoad
from celsiusify_reporting.sentences import clauses, detail
from celsiusify_reporting.verdict import Verdict
from celsiusify_reporting.wording import (
    figure,
    limit,
    listing,
    milliseconds,
    percent,
    rate,
    setting,
    shortened,
    whole,
)


@dataclass(frozen=True)
class Conclusion:
    """One sentence, and what stands behind it."""

    headline: str
    points: tuple[str, ...]


def conclude(
    verdict: Verdict,
    measurements: Sequence[Measurement],
    comparisons: Sequence[Comparison],
    found: Sequence[Found],
    method: Method,
) -> Conclusion:
    """Draw the conclusion of a run."""
    answering = [one for one in measurements if one.latency]
    if not verdict.valid:
        headline = f"This measurement is invalid, so nothing follows from it: {_why(verdict)}"
    elif found:
        headline = "; ".join([*(one.sentence for one in found), *capacity.against(found)]) + "."
    else:
        headline = "; ".join(_clauses(measurements, answering, comparisons, method)) + "."
    points = _points(answering, [] if found else comparisons, method)
    return Conclusion(headline[0].upper() + headline[1:], tuple(points))


def _why(verdict: Verdict) -> str:
    first, *others = verdict.reasons
    reasons = (
        "is 1 more such reason" if len(others) == 1 else f"are {len(others)} more such reasons"
    )
    return first.text + (f" There {reasons}." if others else "")


def _clauses(
    measurements: Sequence[Measurement],
    answering: Sequence[Measurement],
    comparisons: Sequence[Comparison],
    method: Method,
) -> Iterator[str]:
    if not answering:
        yield (
            "; ".join(_left_out(one) for one in measurements) + ", so there is nothing to conclude"
        )
        return
    yield from _outcome(answering, comparisons, method)
    yield from (_left_out(one) for one in measurements if not one.latency)
    yield from _failing(answering, method)


def _left_out(one: Measurement) -> str:
    if one.steady is None or not one.steady.counts.started:
        return f"{one.title} was not measured"
    counts = one.steady.counts
    if not counts.failed:
        return f"{one.title} finished none of {whole(counts.started)} requests"
    commonest = one.steady.failures[0]
    return (
        f"{one.title} answered no request rightly: {whole(counts.failed)} failed "
        f"(most often: {shortened(commonest.error, whole_text=120)})"
    )


def _outcome(
    answering: Sequence[Measurement], comparisons: Sequence[Comparison], method: Method
) -> Iterator[str]:
    at_rps = next((one.peak.rate_rps for one in answering if one.peak), None)
    at = f"at the highest rate, {rate(at_rps)} a second, " if at_rps else ""
    if any(one.outcome != "not compared" for one in comparisons):
        first, *others = clauses(comparisons, method)
        yield from (at + first, *others)
        return
    first, *others = (_single(one, method) for one in answering)
    yield from (at + first, *others)
    if len(answering) > 1:
        yield "whether that is a difference of the targets can't be told from so few rounds"


def _single(one: Measurement, method: Method) -> str:
    of = one.compared
    assert of
    p50, p99 = of.percentile_ms(50), of.percentile_ms(99)
    # What was dropped of a spike, the target didn't keep up with.
    kept_up = not (of.open_load and of.open_load.dropped and one.peak)
    near = kept_up and _near([one], method)
    set_by = " (a rate that the load set and not the target)" if near else ""
    answered = f"{one.title} answered {figure(of.throughput.succeeded_rps)} requests a second"
    typical = f", half of them within {milliseconds(p50)}" if p50 is not None else ""
    worst = f" and 99 % within {milliseconds(p99)}" if p99 is not None else ""
    return answered + set_by + typical + worst


def _near(measurements: Sequence[Measurement], method: Method) -> list[str]:
    """Titles of the targets whose throughput the load sets."""
    return [
        one.title
        for one in measurements
        if one.open_load or (one.ceiling_percent or 0) > method.near_ceiling_percent
    ]


def _failing(answering: Sequence[Measurement], method: Method) -> Iterator[str]:
    for one in answering:
        share = one.compared.throughput.failed_percent if one.compared else None
        if share is not None and share >= method.failures_percent:
            yield f"{one.title} failed {percent(share)} of its requests"
        load = one.compared.open_load if one.compared and one.peak else None
        if load and load.dropped_percent >= method.failures_percent:
            yield f"{percent(load.dropped_percent)} of the arrivals at {one.title} were dropped"


def _points(
    answering: Sequence[Measurement], comparisons: Sequence[Comparison], method: Method
) -> Iterator[str]:
    yield from (detail(one, method) for one in comparisons if one.ratio is not None)
    yield from _ceiling_points(answering, method)
    yield from scaling_words.points(answering)
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
    if near := _near(closed, method):
        what = (
            "latency and CPU time per request are what can be compared"
            if len(near) > 1
            else "it might answer more than it was asked for"
        )
        yield (
            f"Above {limit(method.near_ceiling_percent)} of that, throughput shows the load's "
            f"limit and no target's capacity. So it does for {listing(near)}: {what}."
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
    each = [round_.steady.counts.finished for round_ in one.rounds if round_.steady]
    pause = stall(users, min(each, default=0), method.percents)
    if pause is None or not pause.unmoved:
        return
    unmoved = listing([f"p{setting(value)}" for value in pause.unmoved])
    yield (
        f"{one.title}: a pause of a second, or of ten, delays one request of each of "
        f"{whole(users)} users, {percent(pause.percent)} of a round: it can't show in {unmoved}. "
        "Only an open load shows pauses."
    )
