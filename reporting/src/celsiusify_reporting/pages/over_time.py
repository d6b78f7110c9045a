"""The plot over time: its caption explains what is drawn in it, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from celsiusify_reporting.charts import OVER_TIME
from celsiusify_reporting.document import Plot
from celsiusify_reporting.report import Report


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
