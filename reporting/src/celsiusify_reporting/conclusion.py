"""What follows from the figures of one run, in plain words.

One run can establish no difference, so nothing here is called faster or slower: the sentences say
what was seen in this one run, and what the load alone has set.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from celsiusify_reporting.comparison import Comparison, Comparisons, compare_all
from celsiusify_reporting.measurement import Measurement
from celsiusify_reporting.method import Method
from celsiusify_reporting.wording import (
    figure,
    limit,
    listing,
    milliseconds,
    percent,
    shortened,
    whole,
)


@dataclass(frozen=True)
class Conclusion:
    """One sentence, what stands behind it, and the comparisons that both rest on."""

    headline: str
    points: tuple[str, ...]
    comparisons: Comparisons


def conclude(measurements: Sequence[Measurement], method: Method) -> Conclusion:
    """Draw the conclusion of one run."""
    answering = [one for one in measurements if one.latency]
    comparisons = compare_all(answering, method)
    clauses = [
        _outcome(answering, comparisons, method) if answering else _no_answer(measurements),
        *(_left_out(one) for one in measurements if answering and not one.latency),
        *_failing(answering, method),
        *_generator(answering, method),
    ]
    headline = "In this one run " + "; ".join(clauses) + "."
    points = tuple(_points(answering, comparisons, method))
    return Conclusion(headline, points, comparisons)


def _no_answer(measurements: Sequence[Measurement]) -> str:
    return "; ".join(_left_out(one) for one in measurements) + ", so there is nothing to conclude"


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


def _outcome(answering: Sequence[Measurement], compared: Comparisons, method: Method) -> str:
    if len(answering) == 1:
        return _single(answering[0], method)
    clauses = [
        *_latencies(compared.p50_ms, len(answering)),
        *_tails(compared.p50_ms, compared.p99_ms, len(answering)),
        *_cpu(compared.cpu_s_per_requests),
        *_rates(answering, compared.throughput_rps, method),
    ]
    return ", ".join(clauses[:-1]) + ", and " + clauses[-1] if len(clauses) > 1 else clauses[0]


def _single(one: Measurement, method: Method) -> str:
    p50, p99 = one.percentile_ms(50), one.percentile_ms(99)
    set_by = " (a rate that the load set and not the target)" if _near([one], method) else ""
    rate = f"{one.title} answered {figure(one.throughput_rps)} requests a second"
    typical = f", half of them within {milliseconds(p50)}" if p50 is not None else ""
    worst = f" and 99 % within {milliseconds(p99)}" if p99 is not None else ""
    return rate + set_by + typical + worst


def _latencies(compared: Comparison | None, targets: int) -> Iterator[str]:
    if compared is None:
        return
    if compared.alike:
        yield f"median latencies were alike ({_against(compared)})"
    else:
        yield _lowest("median latency", compared, targets)


def _tails(medians: Comparison | None, tails: Comparison | None, targets: int) -> Iterator[str]:
    """The slowest requests, where they tell something else than the medians."""
    if tails is None or tails.alike:
        return
    if medians is None or medians.alike or medians.lowest != tails.lowest:
        yield _lowest("99th percentile", tails, targets)


def _lowest(measure: str, compared: Comparison, targets: int) -> str:
    if targets == 2:
        return f"{compared.lowest} had the lower {measure} ({_against(compared)})"
    values = f"{_against(compared)} of {compared.highest}"
    return f"{compared.lowest} had the lowest {measure} ({values})"


def _against(compared: Comparison) -> str:
    return f"{milliseconds(compared.lowest_value)} against {milliseconds(compared.highest_value)}"


def _cpu(compared: Comparison | None) -> Iterator[str]:
    if compared is None:
        return
    if compared.alike:
        yield "CPU time per request was alike"
    else:
        yield (
            f"{compared.highest} used {figure(compared.times, 2)} times the CPU time per request "
            f"of {compared.lowest}"
        )


def _rates(
    answering: Sequence[Measurement], compared: Comparison | None, method: Method
) -> Iterator[str]:
    near = _near(answering, method)
    if len(near) == len(answering):
        yield "throughput was set by the load and not by the targets"
    elif near:
        yield f"only {listing(near)} kept up with nearly all that the load could ask for"
    elif compared:
        values = f"{figure(compared.highest_value)} against {figure(compared.lowest_value)}"
        yield (
            f"throughput was alike ({values} requests a second)"
            if compared.alike
            else f"{compared.highest} answered {figure(compared.times, 2)} times as many requests "
            f"as {compared.lowest} ({values} a second)"
        )


def _near(measurements: Sequence[Measurement], method: Method) -> list[str]:
    """Titles of the targets whose throughput is close to what their users can ask for."""
    return [
        one.title
        for one in measurements
        if (one.ceiling_percent or 0) > method.near_ceiling_percent
    ]


def _failing(answering: Sequence[Measurement], method: Method) -> Iterator[str]:
    for one in answering:
        share = one.steady.throughput.failed_percent if one.steady else None
        if share is not None and share >= method.failures_percent:
            yield f"{one.title} failed {percent(share)} of its requests"


def _generator(answering: Sequence[Measurement], method: Method) -> Iterator[str]:
    if any((one.generator_percent or 0) > method.generator_cpu_percent for one in answering):
        yield "the load generator was at its own limit, so this says little about the targets"


def _points(
    answering: Sequence[Measurement], compared: Comparisons, method: Method
) -> Iterator[str]:
    yield from _ceiling_points(answering, method)
    for measure, comparison in (
        ("Median latency", compared.p50_ms),
        ("99th percentile of latency", compared.p99_ms),
    ):
        if comparison:
            yield f"{measure}: {_spread(comparison, ' ms', method)}."
    if comparison := compared.cpu_s_per_requests:
        yield (
            f"CPU seconds of the target per {whole(method.per_requests)} requests: "
            f"{_spread(comparison, '', method)}."
        )


def _ceiling_points(answering: Sequence[Measurement], method: Method) -> Iterator[str]:
    for one in answering:
        if loop := one.closed_loop:
            yield (
                f"{one.title}: {percent(loop.ceiling_percent)} of the {figure(loop.ceiling_rps)} "
                f"requests a second that {whole(loop.users)} users can ask for when each thinks "
                f"for {milliseconds(loop.think_ms)} after an answer."
            )
    if near := _near(answering, method):
        what = (
            "latency and CPU time per request are what can be compared"
            if len(near) > 1
            else "it might answer more than it was asked for"
        )
        yield (
            f"Above {limit(method.near_ceiling_percent)} of that, throughput shows the load's "
            f"limit and no target's capacity. So it does for {listing(near)}: {what}."
        )


def _spread(compared: Comparison, unit: str, method: Method) -> str:
    values = (
        f"{compared.lowest} {figure(compared.lowest_value)}{unit}, "
        f"{compared.highest} {figure(compared.highest_value)}{unit}"
    )
    if compared.alike:
        return f"{values}, alike within {limit(method.alike_percent)}"
    return f"{values}, {figure(compared.times, 2)} times as much"
