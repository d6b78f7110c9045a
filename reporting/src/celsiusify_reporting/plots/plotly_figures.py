"""Draw charts with Plotly, to zoom and hover."""

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from plotly.graph_objects import Figure, Scatter  # type: ignore[import-untyped, unused-ignore]
from plotly.offline import get_plotlyjs  # type: ignore[import-untyped, unused-ignore]
from plotly.subplots import make_subplots  # type: ignore[import-untyped, unused-ignore]

from celsiusify_reporting.plots.spec import Axis, Chart, Look, Marker, Panel, Trace, Value

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
    """Return a curve or its points; the legend lists the first of each name."""
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
    """Return the band around a curve: a filled outline for each part without a gap."""
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
    """Yield the lower edge and the upper edge backwards; a gap separates parts."""
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


GRID, LINE, INK, BAND = "#d9dee2", "#5b6770", "#22303a", "#e4eaee"
PX_PER_IN, GAP_PX, TITLE_PX, LEGEND_PX, FOOT_PX = 110, 50, 32, 40, 56
FONT_PX = 13


def plot(chart: Chart) -> dict[str, Any]:
    """Return a chart as a Plotly figure in plain data: the same for the same chart."""
    figure = _grid(chart)
    named: set[str] = set()
    for index, panel in enumerate(chart.panels):
        place = {"row": index // chart.columns + 1, "col": index % chart.columns + 1}
        for trace in panel.traces:
            figure.add_trace(scatter(trace, first=trace.name not in named), **place)
            named.add(trace.name)
            if trace.band:
                figure.add_trace(band(trace), **place)
        _ground(figure, panel, place)
        figure.update_xaxes(_axis(panel.x, narrow=panel.narrow("x")), **place)
        figure.update_yaxes(_axis(panel.y, narrow=panel.narrow("y")), **place)
    plain: dict[str, Any] = json.loads(figure.to_json())
    return plain


def _grid(chart: Chart) -> Figure:
    heights = [panel.height_in for panel in chart.panels[:: chart.columns]]
    inner_px = PX_PER_IN * sum(heights)
    title_px = TITLE_PX * max(len(panel.title.splitlines()) for panel in chart.panels)
    top_px = title_px + (LEGEND_PX if chart.legend else 0)
    gap_px = GAP_PX + title_px
    figure = make_subplots(
        rows=len(heights),
        cols=chart.columns,
        shared_xaxes=chart.one_x,
        row_heights=heights,
        vertical_spacing=gap_px / (inner_px + gap_px) if len(heights) > 1 else 0,
        horizontal_spacing=0.2 / chart.columns,
        subplot_titles=[_lines(panel.title) for panel in chart.panels],
    )
    for title, axis in zip(figure.layout.annotations, figure.select_xaxes(), strict=False):
        title.update(x=axis.domain[0], xanchor="left", align="left", font_size=FONT_PX)
    figure.update_layout(
        template=None,
        height=round(inner_px + gap_px * (len(heights) - 1) + top_px + FOOT_PX),
        margin={"l": 8, "r": 16, "t": top_px, "b": FOOT_PX},
        font={"family": "inherit", "size": FONT_PX, "color": INK},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        legend={"orientation": "h", "x": 0, "y": 1 + title_px / inner_px, "yanchor": "bottom"},
        modebar={"bgcolor": "rgba(255,255,255,0.8)", "color": LINE, "activecolor": INK},
        hovermode="x" if chart.one_x else "closest",
        showlegend=True,
    )
    return figure


def _ground(figure: Figure, panel: Panel, place: dict[str, int]) -> None:
    if panel.band:
        low, high = panel.band
        figure.add_vrect(low, high, fillcolor=BAND, line_width=0, layer="below", **place)
    for rule in panel.rules:
        line = {"color": rule.look.colour, "width": 1, "dash": "dot" if rule.look.dash else "solid"}
        if rule.axis == "x":
            figure.add_vline(rule.at, line=line, **place)
        else:
            figure.add_hline(rule.at, line=line, **place)


def _axis(axis: Axis, *, narrow: bool) -> dict[str, Any]:
    form: dict[str, Any] = {
        "title": {"text": _lines(axis.title), "standoff": 8, "font": {"size": FONT_PX}},
        "automargin": True,
        "gridcolor": GRID,
        "linecolor": LINE,
        "showline": True,
        "zeroline": False,
        "range": axis.limits,
    }
    if axis.logarithmic:
        form |= {"type": "log", "tickformat": NUMBER.removeprefix(":")}
        form |= {} if narrow else {"dtick": "D2"}  # 1, 2, 5, 10 …
    if axis.names:
        form |= {
            "tickvals": list(range(len(axis.names))),
            "ticktext": list(map(_lines, axis.names)),
        }
    return form


def _lines(text: str) -> str:
    return text.replace("\n", "<br>")


def script() -> str:
    """Return Plotly's script from the installed package."""
    return str(get_plotlyjs())
