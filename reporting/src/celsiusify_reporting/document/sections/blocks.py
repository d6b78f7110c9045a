"""Build the tables and plots that several sections share."""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from itertools import pairwise
from typing import Any, TypeVar

from celsiusify_reporting.document.model import Plot, Table
from celsiusify_reporting.document.report import Report
from celsiusify_reporting.narrative.formatting import UNKNOWN, figure, whole
from celsiusify_reporting.plots import report_plots
from celsiusify_reporting.plots.report_plots import OVER_TIME
from celsiusify_reporting.stats.latency import Latency
from celsiusify_reporting.stats.model import Measurement

MOST_BESIDE = 3  # targets that a page's width has room for
T = TypeVar("T")
Cell = Callable[[Measurement], str]


def by_target(
    measurements: Sequence[Measurement], rows: Sequence[tuple[str, Cell]], *, text: bool = False
) -> tuple[Table, ...]:
    """A row for each label, whose cells are made from the measurements; several tables of many."""
    return tuple(
        Table(
            columns=("", *(one.title for one in part)),
            rows=tuple((label, *(cell(one) for one in part)) for label, cell in rows),
            text_columns=1 + len(part) if text else 1,
        )
        for part in beside(measurements)
    )


def beside(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Items in parts as equal as can be, none of more than have room beside each other."""
    parts = math.ceil(len(items) / MOST_BESIDE)
    ends = [len(items) * place // max(1, parts) for place in range(parts + 1)]
    yield from (items[begin:end] for begin, end in pairwise(ends))


def field(path: str, write: Callable[[Any], str] = figure) -> Cell:
    """A cell with the value at a path such as `latency.mean_ms`, or n/a where that ends."""

    def cell(one: Measurement) -> str:
        value: Any = reduce(
            lambda part, name: None if part is None else getattr(part, name), path.split("."), one
        )
        return UNKNOWN if value is None else write(value)

    return cell


def percentile(latency: Latency | None, percent: float) -> str:
    """A percentile in ms, or how many requests it would need."""
    if latency is None:
        return UNKNOWN
    one = latency.at(percent)
    return (
        figure(one.ms) if one.ms is not None else f"{UNKNOWN}, needs {whole(one.needed_requests)}"
    )


def percentile_between(latency: Latency | None, percent: float) -> str:
    """A percentile in ms, and between what it lies."""
    where = latency.at(percent).interval if latency else None
    ends = f" ({figure(where.low)}–{figure(where.high)})" if where else ""
    return percentile(latency, percent) + ends


PLOTS = {
    plot.name: plot
    for plot in (
        Plot(
            report_plots.RATIOS,
            "How the targets compare",
            "A dot at 2 means twice as much, at 1 the same, at 0.5 half as much. The dot is the "
            "best guess, the line through it is where the true value lies, and each small bar is "
            "one round. A line wholly outside the shaded band is a difference, one wholly inside "
            "is none worth mentioning, and one that crosses its edge settles nothing.",
        ),
        Plot(
            report_plots.CAPACITY,
            "Latency against rate",
            "Thick, with dots: the 99th percentile of latency at each rate that was tried, counted "
            "from when a request was due; thin: the median. The line across is the objective, the "
            "dotted ones are the rates found.",
        ),
        Plot(
            report_plots.DISTRIBUTION,
            "Distribution of latency",
            "How many of the requests took no longer than so many milliseconds: further left is "
            "better. Circles mark the median, triangles the 99th percentile.",
        ),
        Plot(
            report_plots.ROUNDS,
            "Round by round",
            "What each round measured: points of a target that lie far apart tell that rounds "
            "differ, and lines that rise or fall together that the machine did.",
        ),
        Plot(
            report_plots.SLOWEST,
            "The slowest requests",
            "How many of the requests took longer than so many milliseconds.",
        ),
        Plot(
            report_plots.OMISSION,
            "Latency from when a request was due, and from when it was sent",
            "Thick, with dots: from when requests were due. Thin, with crosses: from when they "
            "were sent. Where they part, requests waited for a free connection: this is "
            "coordinated omission, the time that a load which waits for answers doesn't see.",
        ),
    )
}


def stepped(report: Report) -> bool:
    """Whether the load went in steps, as far as anything was measured of it."""
    return any(one.steps for one in report.measurements)


def course(report: Report) -> Plot:
    """The plot over time, and what it shows."""
    is_open = any(one.open_load for one in report.measurements)
    what = "Throughput and latency" if is_open else "Throughput, latency and users"
    return Plot(OVER_TIME, f"{what} over time", " ".join(_caption(report)))


def _caption(report: Report) -> Iterator[str]:
    histories = [history for one in report.measurements for history in one.histories]
    yield (
        "A request belongs to the second in which it started; only whole seconds are drawn. Zero "
        "is where a round's ramp-up ends."
    )
    if any(len(one.histories) > 1 for one in report.measurements):
        yield (
            "A line is the median round in each second, and its band reaches from the lowest to "
            "the highest."
        )
    if any(one.closed_loop for one in report.measurements):
        yield "Dotted: the most that the users can ask for."
    if any(any(history.failed_rps) for history in histories):
        yield "Crosses: failures, of the round with the most."
    yield (
        "Latency: the thick line is the median of each second, the thin one its 99th percentile, "
        "left out where a second has too few requests for it."
    )
    if stepped(report):
        yield "Dotted and upright: where the schedule's rate changes."
