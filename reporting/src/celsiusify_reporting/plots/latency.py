"""Plot the distribution of latencies, and the figures of each round."""

from collections.abc import Callable, Iterator, Sequence

from celsiusify_reporting.plots.spec import Axis, Chart, Marker, Panel, Trace
from celsiusify_reporting.plots.style import PlottedTarget
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.window_stats import WindowStats

MARKERS: dict[float, Marker] = {50: "circle", 99: "triangle"}


def distribution(targets: Sequence[PlottedTarget]) -> Chart | None:
    """Return the plot of the requests' share over the latency that they didn't exceed."""
    traces = [trace for target in targets for trace in (*_curve(target), *_marks(target))]
    return _chart(
        traces,
        Axis("latency [ms], logarithmic", logarithmic=True),
        Axis("share of requests [%]", limits=(0, 101)),
    )


def slowest(targets: Sequence[PlottedTarget]) -> Chart | None:
    """Return the plot of the requests' share over the latency that they exceeded."""
    return _chart(
        [trace for target in targets for trace in _longer(target)],
        Axis("latency [ms], both axes logarithmic", logarithmic=True),
        Axis("share that took longer [%]", logarithmic=True),
    )


def _chart(traces: Sequence[Trace], x: Axis, y: Axis) -> Chart | None:
    return Chart((Panel(tuple(traces), x, y, height_in=2.5),)) if traces else None


def _curve(target: PlottedTarget) -> Iterator[Trace]:
    if target.measurement.window_stats and (curve := target.measurement.window_stats.distribution):
        label = "{y} % took at most {x} ms"
        yield Trace(target.title, curve.ms, curve.share_percent, target.look, label)


def _marks(target: PlottedTarget) -> Iterator[Trace]:
    for percent, marker in MARKERS.items():
        if (ms := target.measurement.percentile_ms(percent)) is not None:
            label = "p{y}: {x} ms"
            yield Trace(target.title, (ms,), (percent,), target.look, label, width=0, marker=marker)


def _longer(target: PlottedTarget) -> Iterator[Trace]:
    if target.measurement.window_stats and (curve := target.measurement.window_stats.distribution):
        longer = tuple(100 - share for share in curve.share_percent[:-1])
        yield Trace(
            target.title, curve.ms[:-1], longer, target.look, "{y} % took longer than {x} ms"
        )


Figure = Callable[[WindowStats], float | None]


def rounds(targets: Sequence[PlottedTarget], method: Method) -> Chart | None:
    """Return the plot of the rounds' figures, or None of fewer than two rounds."""
    if max((len(target.measurement.rounds) for target in targets), default=0) < 2:
        return None
    panels = (_panel(targets, title, figure) for title, figure in _figures(method))
    return Chart(tuple(panel for panel in panels if panel.traces), columns=2)


def _figures(method: Method) -> Iterator[tuple[str, Figure]]:
    yield "requests/s", lambda stats: stats.throughput.succeeded_rps
    yield "p50, ms", lambda stats: stats.percentile_ms(50)
    yield "p99, ms", lambda stats: stats.percentile_ms(99)
    yield (
        f"CPU s per {method.per_requests:,} requests",
        lambda stats: stats.cpu_s_per_requests,
    )


def _panel(targets: Sequence[PlottedTarget], title: str, figure: Figure) -> Panel:
    traces = tuple(trace for target in targets for trace in _series(target, figure))
    top = 1.1 * max((value for trace in traces for value in trace.y if value), default=1)
    count = max((len(target.measurement.rounds) for target in targets), default=1)
    numbers = tuple(str(number) for number in range(count))
    x = Axis("round", names=numbers, limits=(-0.3, count - 0.7))
    return Panel(traces, x, Axis(limits=(0, top)), height_in=1.75, title=title)


def _series(target: PlottedTarget, figure: Figure) -> Iterator[Trace]:
    known = [
        (float(round_.record.round), value)
        for round_ in target.measurement.rounds
        if round_.compared and (value := figure(round_.compared)) is not None
    ]
    if known:
        numbers, values = zip(*known, strict=True)
        label = "round {x}: {y}"
        yield Trace(target.title, numbers, values, target.look, label, width=1, marker="circle")
