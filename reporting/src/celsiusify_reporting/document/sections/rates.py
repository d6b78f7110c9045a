"""Show the rates of a capacity search, and what an open load delivered."""

from collections.abc import Iterator

from celsiusify_reporting.document.model import Group, Heading, Paragraph, Table
from celsiusify_reporting.document.report import Report
from celsiusify_reporting.document.sections.blocks import PLOTS, by_target, field
from celsiusify_reporting.narrative.formatting import (
    UNKNOWN,
    figure,
    limit,
    percent,
    setting,
    whole,
)
from celsiusify_reporting.plots.report_plots import OMISSION
from celsiusify_reporting.stats.capacity import CapacityResult
from celsiusify_reporting.stats.model import Measurement


def capacity(report: Report) -> Iterator[Group]:
    """The groups of these pages; none unless a search was made."""
    if report.capacities:
        rows = tuple(row for one in report.capacities for row in _rows(one))
        columns = (
            "Target",
            "Phase",
            "Requests a second",
            "Sent",
            "p50 ms",
            "p95 ms",
            "p99 ms",
            "Failures",
            "Held",
        )
        yield (Heading("Rates tried"), Paragraph(EXPLAINED), Table(columns, rows, text_columns=2))


EXPLAINED = (
    "A search brackets the highest rate that holds the objective, halves the gap, and repeats what "
    "it found. Latencies count from when requests were due. Arrivals that were dropped count as "
    "failures."
)


def _rows(found: CapacityResult) -> Iterator[tuple[str, ...]]:
    for one in found.curve:
        yield (
            found.title,
            one.phase or UNKNOWN,
            setting(one.rate_rps),
            percent(one.delivered_percent),
            figure(one.p50_ms),
            figure(one.p95_ms),
            figure(one.p99_ms),
            percent(one.failures_percent),
            {None: UNKNOWN, True: "yes", False: "no"}[one.held],
        )


def open_load(report: Report) -> Iterator[Group]:
    """The groups of these pages; none for a closed load."""
    if not any(one.open_load for one in report.measurements):
        return
    yield (Heading("Was the load delivered?"), Paragraph(_limits(report)), *_delivered(report))
    if any(one.open_load and one.open_load.omissions for one in report.measurements):
        yield (Heading("From when due, and from when sent"), PLOTS[OMISSION], _both(report))


def _limits(report: Report) -> str:
    method = report.method
    return (
        "Arrivals follow a schedule and wait for no answer. One that finds no free connection in "
        "time is dropped. The lag is how much later than intended the load generator itself woke "
        f"up: it is told from {setting(method.lag_warning_ms)} ms on, and invalid over "
        f"{setting(method.lag_limit_ms)} ms, at the 99th percentile; so is a run that sends less "
        f"than {limit(method.delivered_percent)} of its arrivals{_unless(report)}."
    )


def _unless(report: Report) -> str:
    if not report.run.load.steps:
        return ""
    return ", unless its rate goes in steps, whose highest is to show what a target can't keep up"


def _delivered(report: Report) -> tuple[Table, ...]:
    return by_target(
        report.measurements,
        [
            ("Asked for, requests/s", field("open_load.requested_rps")),
            ("Sent, requests/s", field("open_load.delivered_rps")),
            ("Arrivals", field("open_load.arrivals", whole)),
            ("Sent of them", field("open_load.delivered_percent", percent)),
            ("Dropped", field("open_load.dropped", whole)),
            ("Dropped, share", field("open_load.dropped_percent", percent)),
            ("Lag p50, ms", field("open_load.lag_p50_ms")),
            ("Lag p99, ms", field("open_load.lag_p99_ms")),
            ("Longest lag, ms", field("open_load.lag_max_ms")),
        ],
    )


def _both(report: Report) -> Table:
    columns = (
        "Target",
        "Percentile",
        "From due, ms",
        "From sending, ms",
        "Coordinated omission, ms",
    )
    return Table(columns, tuple(row for one in report.measurements for row in _omission_rows(one)))


def _omission_rows(one: Measurement) -> Iterator[tuple[str, ...]]:
    for gap in one.open_load.omissions if one.open_load else ():
        yield (
            one.title,
            f"p{setting(gap.percent)}",
            figure(gap.response_ms),
            figure(gap.service_ms),
            figure(gap.gap_ms),
        )
