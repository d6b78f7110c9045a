"""Draw charts as pictures with Matplotlib."""

import io
import math
from collections.abc import Sequence
from textwrap import fill
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.textpath import TextPath
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from celsiusify_reporting.narrative.formatting import setting
from celsiusify_reporting.plots.spec import Axis, Chart, Look, Marker, Panel, Trace, Value

WIDTH_IN = 7.26  # an A4 page less the margins of pdf.py
DPI = 240
LOW_IN = 1.5  # a lower panel fits three figures beside its axis
BAND = "#e4eaee"
FONT_PT = 8.5
MOST_BESIDE, KEY_IN = 3, 0.6  # a legend's entries in a row; the width of an entry beside its name
NAME_LETTERS = 80  # in a row of a name
ROW_IN, EDGES_IN = 0.17, 0.13  # the height of a row of names, and the margin around all rows
MARKERS: dict[Marker, str] = {"circle": "o", "triangle": "^", "cross": "x", "bar": "|"}
STYLE: dict[Any, Any] = {
    "font.size": FONT_PT,
    "axes.titlesize": FONT_PT,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#5b6770",
    "axes.labelcolor": "#22303a",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#d9dee2",
    "grid.linewidth": 0.6,
    "xtick.color": "#3c4850",
    "ytick.color": "#3c4850",
    "legend.frameon": False,
}


def render(chart: Chart) -> bytes:
    """Return a chart as PNG: the same bytes for the same chart."""
    png = io.BytesIO()
    with mpl.rc_context(STYLE):
        figure(chart).savefig(png, format="png", dpi=DPI, metadata={"Software": None})
    return png.getvalue()


def figure(chart: Chart) -> Figure:
    """Draw a chart."""
    names = [fill(name, NAME_LETTERS) for name in chart.legend]
    ncols = _beside(names)
    rows = math.ceil(len(names) / ncols) * max((_rows(name) for name in names), default=0)
    heights = [panel.height_in for panel in chart.panels[:: chart.columns]]
    height_in = sum(heights) + EDGES_IN + ROW_IN * rows
    drawn = Figure(figsize=(WIDTH_IN, height_in), layout="constrained")
    grid = drawn.subplots(
        len(heights), chart.columns, squeeze=False, sharex=chart.one_x, height_ratios=heights
    )
    for axes, panel in zip(grid.flat, chart.panels, strict=False):
        _panel(axes, panel)
        if chart.one_x:
            axes.label_outer()
    for axes in list(grid.flat)[len(chart.panels) :]:
        axes.set_visible(False)
    lines = [_line(look) for look in chart.legend.values()]
    drawn.legend(lines, names, loc="outside upper left", ncols=ncols, handlelength=3)
    return drawn


def _beside(names: Sequence[str]) -> int:
    """Return the number of a legend's entries that fit side by side."""
    rows = [row for name in names for row in name.splitlines()]
    widths_pt = (TextPath((0, 0), row, size=FONT_PT).get_extents().width for row in rows)
    return max(1, min(MOST_BESIDE, int(WIDTH_IN / (max(widths_pt, default=0) / 72 + KEY_IN))))


def _rows(name: str) -> int:
    return len(name.splitlines())


def _line(look: Look) -> Line2D:
    return Line2D([], [], color=look.colour, linestyle=_style(look), linewidth=1.6)


def _panel(axes: Axes, panel: Panel) -> None:
    if panel.band:
        axes.axvspan(*panel.band, color=BAND, linewidth=0)
    for trace in panel.traces:
        _trace(axes, trace)
    for rule in panel.rules:
        draw = axes.axvline if rule.axis == "x" else axes.axhline
        draw(rule.at, color=rule.look.colour, linestyle=_style(rule.look), linewidth=0.8)
    if panel.height_in < LOW_IN:
        axes.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    axes.set_title(panel.title)
    _axis(axes, "x", panel.x, narrow=panel.narrow("x"))
    _axis(axes, "y", panel.y, narrow=panel.narrow("y"))


def _trace(axes: Axes, trace: Trace) -> None:
    if trace.band:
        lows, highs = zip(*(edges or (None, None) for edges in trace.band), strict=True)
        axes.fill_between(
            _known(trace.x),
            _known(lows),
            _known(highs),
            color=trace.look.colour,
            alpha=trace.opacity,
            linewidth=0,
        )
    for (low, high), y in zip(trace.spans, trace.y, strict=bool(trace.spans)):
        axes.hlines(_known([y]), low, high, color=trace.look.colour, linewidth=1.6)
    axes.plot(
        _known(trace.x),
        _known(trace.y),
        color=trace.look.colour,
        linestyle=_style(trace.look) if trace.width else "none",
        linewidth=trace.width,
        drawstyle="steps-post" if trace.stepped else "default",
        marker=MARKERS[trace.marker] if trace.marker else None,
        markersize=3.5 if trace.marker == "cross" else 5,
        # A mark at an edge is whole, but for those of a series.
        clip_on=len(trace.x) > 1,
    )


def _known(values: Sequence[Value]) -> list[float]:
    return [math.nan if value is None else value for value in values]


def _style(look: Look) -> Literal["-"] | tuple[int, tuple[float, ...]]:
    return (0, look.dash) if look.dash else "-"


def _axis(axes: Axes, which: Literal["x", "y"], form: Axis, *, narrow: bool) -> None:
    axis = axes.xaxis if which == "x" else axes.yaxis
    axes.set(**{f"{which}label": form.title})
    if form.logarithmic:
        axes.set(**{f"{which}scale": "log"})
        # Such steps label 1, which ratios are held against.
        axis.set_major_locator(
            MaxNLocator(6, steps=[1, 2, 5, 10]) if narrow else LogLocator(subs=(1, 2, 5))
        )
        axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: setting(value)))
    if form.names:
        axis.set_ticks(range(len(form.names)), list(form.names))
    if form.limits:
        axes.set(**{f"{which}lim": form.limits})
