"""What each round measured, so that one sees how far rounds of the same target differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from celsiusify_reporting.chart import Axis, Chart, Panel, Trace
from celsiusify_reporting.charts.look import Drawn
from celsiusify_reporting.method import Method
from celsiusify_reporting.steady import Steady

Figure = Callable[[Steady], float | None]


def rounds(drawn: Sequence[Drawn], method: Method) -> Chart | None:
    """A panel for each figure, over the number of the round."""
    if max((len(each.one.rounds) for each in drawn), default=0) < 2:
        return None
    panels = (_panel(drawn, title, figure) for title, figure in _figures(method))
    return Chart(tuple(panel for panel in panels if panel.traces), columns=2)


def _figures(method: Method) -> Iterator[tuple[str, Figure]]:
    yield "requests/s", lambda steady: steady.throughput.succeeded_rps
    yield "p50, ms", lambda steady: steady.percentile_ms(50)
    yield "p99, ms", lambda steady: steady.percentile_ms(99)
    yield f"CPU s per {method.per_requests:,} requests", lambda steady: steady.cpu_s_per_requests


def _panel(drawn: Sequence[Drawn], title: str, figure: Figure) -> Panel:
    traces = tuple(trace for each in drawn for trace in _series(each, figure))
    top = 1.1 * max((value for trace in traces for value in trace.y if value), default=1)
    most = max((len(each.one.rounds) for each in drawn), default=1)
    numbers = tuple(str(number) for number in range(most))
    x = Axis("round", names=numbers, limits=(-0.3, most - 0.7))
    return Panel(traces, x, Axis(limits=(0, top)), height_in=1.75, title=title)


def _series(each: Drawn, figure: Figure) -> Iterator[Trace]:
    known = [
        (float(one.record.round), value)
        for one in each.one.rounds
        if one.compared and (value := figure(one.compared)) is not None
    ]
    if known:
        numbers, values = zip(*known, strict=True)
        label = "round {x}: {y}"
        yield Trace(each.title, numbers, values, each.look, label, width=1, marker="circle")
