"""A run second by second."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from celsiusify_reporting.chart import Axis, Chart, Look, Panel, Rule, Trace, Value
from celsiusify_reporting.charts.look import AXIS, DOTTED, Drawn

START = Rule("x", 0, Look(AXIS))


def over_time(drawn: Sequence[Drawn]) -> Chart | None:
    """Throughput, latency and users, from when all users of a target were running."""
    if not any(each.one.histories for each in drawn):
        return None
    return Chart((_rates(drawn), _latencies(drawn), _users(drawn)), one_x=True)


def _rates(drawn: Sequence[Drawn]) -> Panel:
    traces = tuple(trace for each in drawn for trace in _rate(each))
    loops = [(each.one.closed_loop, each.look.colour) for each in drawn]
    ceilings = [Rule("y", loop.ceiling_rps, Look(colour, DOTTED)) for loop, colour in loops if loop]
    axis = Axis("requests/s", limits=(0, _top(traces, *(rule.at for rule in ceilings))))
    return Panel(traces, Axis(), axis, height_in=2.5, rules=(START, *ceilings))


def _rate(each: Drawn) -> Iterator[Trace]:
    for series in each.one.histories:
        label = "second {x}: {y} a second"
        yield Trace(each.title, series.time_s, series.succeeded_rps, each.look, label)
        if any(series.failed_rps):
            label = "second {x}: {y} failed a second"
            yield Trace(
                each.title,
                series.time_s,
                series.failed_rps,
                each.look,
                label,
                width=0,
                marker="cross",
            )


def _latencies(drawn: Sequence[Drawn]) -> Panel:
    traces = tuple(
        Trace(each.title, series.time_s, values, each.look, f"second {{x}}: {name} {{y}} ms", width)
        for each in drawn
        for series in each.one.histories
        for name, values, width in (("p50", series.p50_ms, 1.6), ("p99", series.p99_ms, 0.7))
    )
    axis = Axis("latency [ms], log.", logarithmic=True)
    return Panel(traces, Axis(), axis, height_in=2.7, rules=(START,))


def _users(drawn: Sequence[Drawn]) -> Panel:
    traces = tuple(
        Trace(each.title, series.time_s, series.users, each.look, "second {x}: {y} users")
        for each in drawn
        for series in each.one.histories
    )
    axis = Axis("users", limits=(0, _top(traces)))
    return Panel(traces, Axis("seconds since all users were running"), axis, 1.2, rules=(START,))


def _top(traces: Sequence[Trace], *others: float) -> float:
    values: list[Value] = [value for trace in traces for value in trace.y]
    return 1.05 * max([*others, *(value for value in values if value is not None)], default=0) or 1
