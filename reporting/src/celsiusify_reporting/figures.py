"""The plots of a report: pure functions from its data to Matplotlib figures.

A target keeps its colour and its line style in every plot. The colours are told apart by the
colour-blind (M. Okabe, K. Ito, "Color Universal Design", 2008), the lines in print without colour.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from celsiusify_reporting.measurement import Measurement
from celsiusify_reporting.report import Report
from celsiusify_reporting.wording import setting

LineStyle = Literal["-"] | tuple[int, tuple[float, ...]]

DISTRIBUTION, SLOWEST, OVER_TIME = "distribution", "slowest", "over-time"

WIDTH_IN = 7.26  # an A4 page less the margins of pdf.py
DPI = 240
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
LINES: tuple[LineStyle, ...] = ("-", (0, (5, 2)), (0, (1, 1.2)), (0, (6, 2, 1, 2)))
MARKERS = {50: "o", 99: "^"}
STYLE: dict[Any, Any] = {
    "font.size": 8.5,
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
    "lines.linewidth": 1.6,
    "legend.frameon": False,
}


@dataclass(frozen=True)
class Drawn:
    """A measurement with the look that it has in every plot."""

    one: Measurement
    colour: str
    line: LineStyle


def draw(report: Report) -> dict[str, Figure]:
    """Every plot that there is data for, by name."""
    looks = zip(report.measurements, cycle(COLOURS), cycle(LINES), strict=False)
    drawn = [Drawn(one, colour, line) for one, colour, line in looks]
    answering = [each for each in drawn if each.one.latency]
    timed = [each for each in drawn if each.one.history]
    with mpl.rc_context(STYLE):
        plots: dict[str, Figure] = {}
        if answering:
            plots[DISTRIBUTION] = distribution(answering)
            plots[SLOWEST] = slowest(answering)
        if timed:
            plots[OVER_TIME] = over_time(timed)
    return plots


def render(figure: Figure) -> bytes:
    """A figure as PNG: the same bytes for the same figure."""
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=DPI, metadata={"Software": None})
    return png.getvalue()


def distribution(drawn: Sequence[Drawn]) -> Figure:
    """Share of the requests that took no longer than so many milliseconds."""
    figure, (axes,) = _figure(drawn, heights_in=[2.55])
    for each in drawn:
        curve = each.one.steady and each.one.steady.distribution
        if curve:
            axes.plot(curve.ms, curve.share_percent, color=each.colour, linestyle=each.line)
            _mark(axes, each)
    axes.set(ylim=(0, 101), ylabel="share of requests [%]", xlabel="latency [ms], logarithmic")
    _logarithmic(axes, "x")
    return figure


def _mark(axes: Axes, each: Drawn) -> None:
    for percent, marker in MARKERS.items():
        if each.one.latency and (ms := each.one.latency.at(percent).ms) is not None:
            axes.plot(ms, percent, marker, color=each.colour, markersize=5, clip_on=False)


def slowest(drawn: Sequence[Drawn]) -> Figure:
    """Share of the requests that took longer than so many milliseconds."""
    figure, (axes,) = _figure(drawn, heights_in=[2.45])
    for each in drawn:
        curve = each.one.steady and each.one.steady.distribution
        if curve:
            longer = [100 - share for share in curve.share_percent[:-1]]
            axes.plot(curve.ms[:-1], longer, color=each.colour, linestyle=each.line)
    axes.set(ylabel="share that took longer [%]", xlabel="latency [ms], both axes logarithmic")
    _logarithmic(axes, "x")
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: setting(value)))
    axes.yaxis.set_minor_locator(NullLocator())
    return figure


def over_time(drawn: Sequence[Drawn]) -> Figure:
    """Throughput, latency and users, from when all users of a target were running."""
    figure, (rates, latencies, users) = _figure(drawn, heights_in=[2.5, 2.7, 1.2])
    for each in drawn:
        _plot_rates(rates, each)
        _plot_latencies(latencies, each)
        _plot_users(users, each)
    rates.set(ylabel="requests/s")
    rates.yaxis.set_major_formatter(FuncFormatter(lambda value, _: setting(value)))
    latencies.set(ylabel="latency [ms], log.")
    _logarithmic(latencies, "y")
    users.set(ylabel="users", xlabel="seconds since all users were running")
    users.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    for axes in (rates, users):
        axes.set_ylim(0, 1.05 * axes.dataLim.y1 or 1)
    for axes in (rates, latencies, users):
        axes.axvline(0, color="#5b6770", linewidth=0.8)
        axes.label_outer()
    return figure


def _plot_rates(axes: Axes, each: Drawn) -> None:
    series = each.one.history
    if series:
        axes.plot(series.time_s, series.succeeded_rps, color=each.colour, linestyle=each.line)
        if any(series.failed_rps):
            axes.plot(series.time_s, series.failed_rps, "x", color=each.colour, markersize=3.5)
    if loop := each.one.closed_loop:
        axes.axhline(loop.ceiling_rps, color=each.colour, linewidth=0.8, linestyle=(0, (1, 3)))


def _plot_latencies(axes: Axes, each: Drawn) -> None:
    if series := each.one.history:
        for values, width in ((series.p50_ms, 1.6), (series.p99_ms, 0.7)):
            known = [math.nan if value is None else value for value in values]
            axes.plot(series.time_s, known, color=each.colour, linestyle=each.line, linewidth=width)


def _plot_users(axes: Axes, each: Drawn) -> None:
    if series := each.one.history:
        known = [math.nan if value is None else value for value in series.users]
        axes.plot(series.time_s, known, color=each.colour, linestyle=each.line)


def _figure(drawn: Sequence[Drawn], heights_in: list[float]) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=(WIDTH_IN, sum(heights_in) + 0.3), layout="constrained")
    column = figure.subplots(len(heights_in), squeeze=False, sharex=True, height_ratios=heights_in)
    lines = [Line2D([], [], color=each.colour, linestyle=each.line) for each in drawn]
    figure.legend(
        lines, [each.one.title for each in drawn], loc="outside upper left", ncols=3, handlelength=3
    )
    return figure, list(column[:, 0])


def _logarithmic(axes: Axes, which: Literal["x", "y"]) -> None:
    axes.set(**{f"{which}scale": "log"})
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: setting(value)))
