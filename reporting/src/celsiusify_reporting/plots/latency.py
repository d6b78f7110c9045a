"""Plot the distribution of latencies, and the figures of each round."""

from collections.abc import Callable, Iterator, Sequence

from celsiusify_reporting.plots.spec import Axis, Chart, Marker, Panel, Trace
from celsiusify_reporting.plots.style import Drawn
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.window_stats import WindowStats

MARKERS: dict[float, Marker] = {50: "circle", 99: "triangle"}


def distribution(drawn: Sequence[Drawn]) -> Chart | None:
    """Share of the requests that took no longer than so many milliseconds."""
    traces = [trace for each in drawn for trace in (*_curve(each), *_marks(each))]
    return _chart(
        traces,
        Axis("latency [ms], logarithmic", logarithmic=True),
        Axis("share of requests [%]", limits=(0, 101)),
    )


def slowest(drawn: Sequence[Drawn]) -> Chart | None:
    """Share of the requests that took longer than so many milliseconds."""
    return _chart(
        [trace for each in drawn for trace in _longer(each)],
        Axis("latency [ms], both axes logarithmic", logarithmic=True),
        Axis("share that took longer [%]", logarithmic=True),
    )


def _chart(traces: Sequence[Trace], x: Axis, y: Axis) -> Chart | None:
    return Chart((Panel(tuple(traces), x, y, height_in=2.5),)) if traces else None


def _curve(each: Drawn) -> Iterator[Trace]:
    if each.one.window_stats and (curve := each.one.window_stats.distribution):
        label = "{y} % took at most {x} ms"
        yield Trace(each.title, curve.ms, curve.share_percent, each.look, label)


def _marks(each: Drawn) -> Iterator[Trace]:
    for percent, marker in MARKERS.items():
        if (ms := each.one.percentile_ms(percent)) is not None:
            label = "p{y}: {x} ms"
            yield Trace(each.title, (ms,), (percent,), each.look, label, width=0, marker=marker)


def _longer(each: Drawn) -> Iterator[Trace]:
    if each.one.window_stats and (curve := each.one.window_stats.distribution):
        longer = tuple(100 - share for share in curve.share_percent[:-1])
        yield Trace(each.title, curve.ms[:-1], longer, each.look, "{y} % took longer than {x} ms")


Figure = Callable[[WindowStats], float | None]


def rounds(drawn: Sequence[Drawn], method: Method) -> Chart | None:
    """A panel for each figure, over the number of the round."""
    if max((len(each.one.rounds) for each in drawn), default=0) < 2:
        return None
    panels = (_panel(drawn, title, figure) for title, figure in _figures(method))
    return Chart(tuple(panel for panel in panels if panel.traces), columns=2)


def _figures(method: Method) -> Iterator[tuple[str, Figure]]:
    yield "requests/s", lambda stats: stats.throughput.succeeded_rps
    yield "p50, ms", lambda stats: stats.percentile_ms(50)
    yield "p99, ms", lambda stats: stats.percentile_ms(99)
    yield (
        f"CPU s per {method.per_requests:,} requests",
        lambda stats: stats.cpu_s_per_requests,
    )


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
