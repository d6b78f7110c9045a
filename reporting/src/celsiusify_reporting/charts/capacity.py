"""Latency against the rate that was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from celsiusify_reporting.capacity import Found, Tried
from celsiusify_reporting.chart import Axis, Chart, Look, Panel, Rule, Trace
from celsiusify_reporting.charts.look import AXIS, DOTTED, Drawn


def capacity(drawn: Sequence[Drawn], found: Sequence[Found]) -> Chart | None:
    """The objective's percentile over the rate; a line across marks the rate that was found."""
    looks = {each.one.name: each.look for each in drawn}
    traces = tuple(trace for one in found for trace in _tried(one, looks[one.target]))
    if not traces:
        return None
    objectives = {one.objective.latency_ms for one in found}
    limits = (Rule("y", latency_ms, Look(AXIS)) for latency_ms in sorted(objectives))
    rates = (
        Rule("x", one.rate_rps, Look(looks[one.target].colour, DOTTED))
        for one in found
        if one.rate_rps
    )
    x = Axis("requests/s asked for")
    y = Axis("latency [ms], logarithmic", logarithmic=True)
    return Chart((Panel(traces, x, y, height_in=3, rules=(*limits, *rates)),))


def _tried(found: Found, look: Look) -> Iterator[Trace]:
    for name, of, width in (("p99", _p99, 1.6), ("p50", _p50, 0.7)):
        known = [one for one in found.curve if of(one) is not None]
        if known:
            yield Trace(
                name=found.title,
                x=tuple(one.rate_rps for one in known),
                y=tuple(of(one) for one in known),
                look=look,
                label=f"{{x}} a second: {name} {{y}} ms, {{text}}",
                width=width,
                marker="circle" if name == "p99" else None,
                texts=tuple(_held(one) for one in known),
            )


def _p50(one: Tried) -> float | None:
    return one.p50_ms


def _p99(one: Tried) -> float | None:
    return one.p99_ms


def _held(one: Tried) -> str:
    kept = {True: "held", False: "not held", None: "too few requests to tell"}[one.held]
    return f"{kept} ({one.phase})" if one.phase else kept
