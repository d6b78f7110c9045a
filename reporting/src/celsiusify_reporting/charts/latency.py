"""How long the answers took."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from celsiusify_reporting.chart import Axis, Chart, Marker, Panel, Trace
from celsiusify_reporting.charts.look import Drawn

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
    if each.one.steady and (curve := each.one.steady.distribution):
        label = "{y} % took at most {x} ms"
        yield Trace(each.title, curve.ms, curve.share_percent, each.look, label)


def _marks(each: Drawn) -> Iterator[Trace]:
    for percent, marker in MARKERS.items():
        if (ms := each.one.percentile_ms(percent)) is not None:
            label = "p{y}: {x} ms"
            yield Trace(each.title, (ms,), (percent,), each.look, label, width=0, marker=marker)


def _longer(each: Drawn) -> Iterator[Trace]:
    if each.one.steady and (curve := each.one.steady.distribution):
        longer = tuple(100 - share for share in curve.share_percent[:-1])
        yield Trace(each.title, curve.ms[:-1], longer, each.look, "{y} % took longer than {x} ms")
