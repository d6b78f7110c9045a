"""What a load that waits for answers would not have seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from celsiusify_reporting.chart import Axis, Chart, Panel, Trace
from celsiusify_reporting.charts.look import Drawn
from celsiusify_reporting.open_load import Omission
from celsiusify_reporting.wording import setting


def omission(drawn: Sequence[Drawn]) -> Chart | None:
    """Percentiles of latency from when requests were due, above those from when they were sent."""
    loads = [(each, each.one.open_load.omissions) for each in drawn if each.one.open_load]
    longest = max((omissions for _, omissions in loads), key=len, default=())
    if not longest:
        return None
    traces = tuple(trace for each, omissions in loads for trace in _both(each, omissions))
    names = tuple(f"p{setting(one.percent)}" for one in longest)
    x = Axis("percentile", names=names, limits=(-0.3, len(names) - 0.7))
    y = Axis("latency [ms], logarithmic", logarithmic=True)
    return Chart((Panel(traces, x, y, height_in=2.3),))


def _both(each: Drawn, omissions: Sequence[Omission]) -> Iterator[Trace]:
    places = tuple(float(place) for place in range(len(omissions)))
    names = tuple(f"p{setting(one.percent)}" for one in omissions)
    due = tuple(one.response_ms for one in omissions)
    sent = tuple(one.service_ms for one in omissions)
    yield Trace(
        each.title, places, due, each.look, "{text}: {y} ms from due", 1.6, "circle", (), names
    )
    yield Trace(
        each.title, places, sent, each.look, "{text}: {y} ms from sending", 0.7, "cross", (), names
    )
