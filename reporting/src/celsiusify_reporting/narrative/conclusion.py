"""What follows from the figures of a run, in plain words.

A difference is called one only where the interval of a comparison says so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from celsiusify_reporting.compare.pairs import Comparison, many
from celsiusify_reporting.narrative import scaling_text
from celsiusify_reporting.narrative.comparison_text import clauses, leading
from celsiusify_reporting.narrative.formatting import (
    figure,
    milliseconds,
    percent,
    rate,
    shortened,
    whole,
)
from celsiusify_reporting.narrative.key_points import near, points
from celsiusify_reporting.stats import capacity
from celsiusify_reporting.stats.capacity import CapacityResult
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.model import Measurement
from celsiusify_reporting.validity.verdict import Verdict


@dataclass(frozen=True)
class Conclusion:
    """One sentence, and what stands behind it."""

    headline: str
    points: tuple[str, ...]


def conclude(
    verdict: Verdict,
    measurements: Sequence[Measurement],
    comparisons: Sequence[Comparison],
    found: Sequence[CapacityResult],
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
    behind = points(answering, comparisons if verdict.valid else (), method)
    return Conclusion(headline[0].upper() + headline[1:], tuple(behind))


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
    yield from scaling_text.headlines(answering)


def _left_out(one: Measurement) -> str:
    if one.window_stats is None or not one.window_stats.counts.started:
        return f"{one.title} was not measured"
    counts = one.window_stats.counts
    if not counts.failed:
        return f"{one.title} finished none of {whole(counts.started)} requests"
    commonest = one.window_stats.failures[0]
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
        told = leading(comparisons) if many(comparisons) else clauses(comparisons, method)
        first, *others = told
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
    limited = kept_up and near([one], method)
    set_by = " (a rate that the load set and not the target)" if limited else ""
    answered = f"{one.title} answered {figure(of.throughput.succeeded_rps)} requests a second"
    typical = f", half of them within {milliseconds(p50)}" if p50 is not None else ""
    worst = f" and 99 % within {milliseconds(p99)}" if p99 is not None else ""
    return answered + set_by + typical + worst


def _failing(answering: Sequence[Measurement], method: Method) -> Iterator[str]:
    for one in answering:
        share = one.compared.throughput.failed_percent if one.compared else None
        if share is not None and share >= method.failures_percent:
            yield f"{one.title} failed {percent(share)} of its requests"
        load = one.compared.open_load if one.compared and one.peak else None
        if load and load.dropped_percent >= method.failures_percent:
            yield f"{percent(load.dropped_percent)} of the arrivals at {one.title} were dropped"
