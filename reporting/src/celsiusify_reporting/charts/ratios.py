"""How the targets compare: each measure's ratio, where it lies, and what its rounds were."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from celsiusify_reporting.chart import Axis, Chart, Look, Panel, Rule, Trace
from celsiusify_reporting.charts.look import AXIS
from celsiusify_reporting.comparison import Comparison
from celsiusify_reporting.interval import Interval
from celsiusify_reporting.method import Method

INK = Look("#0b2e4a")
FAINT = Look("#7d97aa")


def ratios(comparisons: Sequence[Comparison], method: Method) -> Chart | None:
    """A panel for each two targets, with a line for each measure."""
    shown = [one for one in comparisons if one.interval]
    pairs = groupby(shown, key=lambda one: (one.first_title, one.second_title))
    panels = tuple(_panel(*titles, list(group), method) for titles, group in pairs)
    return Chart(panels) if panels else None


def _panel(first: str, second: str, lines: list[Comparison], method: Method) -> Panel:
    # The first line is to be the topmost.
    lines = lines[::-1]
    band = 1 + method.equivalence_percent / 100
    return Panel(
        traces=(*_rounds(lines), *_estimates(lines)),
        x=Axis(f"times that of {second}", logarithmic=True),
        y=Axis(names=tuple(one.title for one in lines), limits=(-0.6, len(lines) - 0.4)),
        height_in=0.5 + 0.22 * len(lines),
        rules=(Rule("x", 1, Look(AXIS)),),
        band=(1 / band, band),
        title=first,
    )


def _estimates(lines: Sequence[Comparison]) -> Iterator[Trace]:
    known = [(place, one.ratio, one.interval) for place, one in enumerate(lines)]
    drawn = [(place, ratio, where) for place, ratio, where in known if ratio and where]
    yield Trace(
        name="",
        x=tuple(ratio for _, ratio, _ in drawn),
        y=tuple(place for place, _, _ in drawn),
        look=INK,
        label="{text}",
        width=0,
        marker="circle",
        spans=tuple((where.low, where.high) for _, _, where in drawn),
        texts=tuple(_told(ratio, where) for _, ratio, where in drawn),
    )


def _told(ratio: float, where: Interval) -> str:
    return f"{ratio:.4g} times, {where.low:.4g} to {where.high:.4g}"


def _rounds(lines: Sequence[Comparison]) -> Iterator[Trace]:
    points = [(ratio, place) for place, one in enumerate(lines) for ratio in one.per_round]
    x, y = (tuple(point[axis] for point in points) for axis in (0, 1))
    yield Trace("", x, y, FAINT, "in one round {x} times", width=0, marker="bar")
