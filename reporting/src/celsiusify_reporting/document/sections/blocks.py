"""Build the tables and plots that several sections share."""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from itertools import pairwise
from typing import Any, TypeVar

from celsiusify_reporting.document.model import Plot, Table
from celsiusify_reporting.document.report import Report
from celsiusify_reporting.narrative import plot_text
from celsiusify_reporting.narrative.formatting import UNKNOWN, figure, whole
from celsiusify_reporting.plots import report_plots
from celsiusify_reporting.stats.latency import Latency
from celsiusify_reporting.stats.model import Measurement

MOST_BESIDE = 3  # the targets that fit side by side on a page
T = TypeVar("T")
Cell = Callable[[Measurement], str]


def by_target(
    measurements: Sequence[Measurement], rows: Sequence[tuple[str, Cell]], *, text: bool = False
) -> tuple[Table, ...]:
    """Return a table with a row for each label and a column for each target; several for many."""
    return tuple(
        Table(
            columns=("", *(measurement.title for measurement in part)),
            rows=tuple(
                (label, *(cell(measurement) for measurement in part)) for label, cell in rows
            ),
            text_columns=1 + len(part) if text else 1,
        )
        for part in beside(measurements)
    )


def beside(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield parts of the items, about equally long, that fit side by side on a page."""
    parts = math.ceil(len(items) / MOST_BESIDE)
    ends = [len(items) * place // max(1, parts) for place in range(parts + 1)]
    yield from (items[begin:end] for begin, end in pairwise(ends))


def field(path: str, write: Callable[[Any], str] = figure) -> Cell:
    """Return a writer of the value at a path such as `latency.mean_ms`, or of n/a without one."""

    def cell(measurement: Measurement) -> str:
        value: Any = reduce(
            lambda part, name: None if part is None else getattr(part, name),
            path.split("."),
            measurement,
        )
        return UNKNOWN if value is None else write(value)

    return cell


def percentile(latency: Latency | None, percent: float) -> str:
    """Return a percentile in ms, or the number of requests that it needs."""
    if latency is None:
        return UNKNOWN
    percentile_ = latency.at(percent)
    return (
        figure(percentile_.ms)
        if percentile_.ms is not None
        else f"{UNKNOWN}, needs {whole(percentile_.needed_requests)}"
    )


def percentile_between(latency: Latency | None, percent: float) -> str:
    """Return a percentile in ms, with its interval."""
    interval = latency.at(percent).interval if latency else None
    ends = f" ({figure(interval.low)}–{figure(interval.high)})" if interval else ""
    return percentile(latency, percent) + ends


PLOTS = {
    name: Plot(name, *text)
    for name, text in (
        (report_plots.RATIOS, plot_text.RATIOS),
        (report_plots.CAPACITY, plot_text.CAPACITY),
        (report_plots.DISTRIBUTION, plot_text.DISTRIBUTION),
        (report_plots.ROUNDS, plot_text.ROUNDS),
        (report_plots.SLOWEST, plot_text.SLOWEST),
        (report_plots.OMISSION, plot_text.OMISSION),
    )
}


def over_time(report: Report) -> Plot:
    """Return the plot over time."""
    return Plot(report_plots.OVER_TIME, *plot_text.over_time(report.measurements))


def stepped(report: Report) -> bool:
    """Return True if steps of the load's rate were measured."""
    return any(measurement.steps for measurement in report.measurements)
