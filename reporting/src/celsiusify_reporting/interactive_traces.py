"""Traces of a chart as Plotly draws them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from plotly.graph_objects import Scatter  # type: ignore[import-untyped, unused-ignore]

from celsiusify_reporting.chart import Look, Marker, Trace, Value

MARKERS: dict[Marker, str] = {
    "circle": "circle",
    "triangle": "triangle-up",
    "cross": "x-thin-open",
    "bar": "line-ns-open",
}
PX_PER_PT = 4 / 3
# Four significant digits, thousands grouped, no exponent and no noughts at the end.
NUMBER = ":,.4~r"


def scatter(trace: Trace, *, first: bool) -> Scatter:
    """A curve or its points; the first of a name stands in the legend."""
    return Scatter(
        x=trace.x,
        y=trace.y,
        text=trace.texts or None,
        mode="+".join(["lines"] * bool(trace.width) + ["markers"] * bool(trace.marker)),
        name=trace.name,
        legendgroup=trace.name,
        showlegend=first and bool(trace.name),
        line={
            "color": trace.look.colour,
            "width": trace.width * PX_PER_PT,
            "dash": _dash(trace.look, trace.width),
            "shape": "hv" if trace.stepped else None,
        },
        marker={
            "symbol": MARKERS[trace.marker] if trace.marker else None,
            "size": 9,
            "color": trace.look.colour,
        },
        error_x=_error_bars(trace),
        hovertemplate=_label(trace),
    )


def band(trace: Trace) -> Scatter:
    """The band around a curve: an outline for each part without a gap, which is filled."""
    outline = [*_outline(trace)]
    return Scatter(
        x=[x for x, _ in outline],
        y=[y for _, y in outline],
        mode="none",
        fill="toself",
        fillcolor=trace.look.colour,
        opacity=trace.opacity,
        hoverinfo="skip",
        name=trace.name,
        legendgroup=trace.name,
        showlegend=False,
    )


def _outline(trace: Trace) -> Iterator[tuple[Value, Value]]:
    """There along the lower edge, and back along the upper one; parts have a gap in between."""
    points = zip(trace.x, trace.band, strict=True)
    for gap, part in groupby(points, key=lambda point: point[1] is None):
        if not gap:
            edges = [(x, *edge) for x, edge in part if edge]
            yield from ((x, low) for x, low, _ in edges)
            yield from ((x, high) for x, _, high in reversed(edges))
            yield (None, None)


def _dash(look: Look, width: float) -> str:
    return ",".join(f"{part * width * PX_PER_PT:.1f}px" for part in look.dash) or "solid"


def _label(trace: Trace) -> str:
    label = trace.label.format(x=f"%{{x{NUMBER}}}", y=f"%{{y{NUMBER}}}", text="%{text}")
    return f"{label}<extra>{trace.name}</extra>"


def _error_bars(trace: Trace) -> dict[str, Any] | None:
    if not trace.spans:
        return None
    values = [0 if x is None else x for x in trace.x]
    return {
        "array": [high - x for (_, high), x in zip(trace.spans, values, strict=True)],
        "arrayminus": [x - low for (low, _), x in zip(trace.spans, values, strict=True)],
        "thickness": 2,
        "width": 4,
        "color": trace.look.colour,
    }
