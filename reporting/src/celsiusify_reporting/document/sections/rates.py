"""Show the rates of a capacity search, and what an open load delivered."""

from collections.abc import Iterator

from celsiusify_reporting.document.model import Group, Heading, Paragraph, Table
from celsiusify_reporting.document.report import Report
from celsiusify_reporting.document.sections.blocks import PLOTS, by_target, field
from celsiusify_reporting.narrative import section_text as text
from celsiusify_reporting.narrative.formatting import (
    UNKNOWN,
    figure,
    percent,
    setting,
    whole,
)
from celsiusify_reporting.narrative.load_text import open_limits
from celsiusify_reporting.narrative.settings_text import YES_NO
from celsiusify_reporting.plots.report_plots import OMISSION
from celsiusify_reporting.stats.capacity import CapacityResult
from celsiusify_reporting.stats.model import Measurement


def capacity(report: Report) -> Iterator[Group]:
    """Yield the groups; none unless a search was made."""
    if report.capacities:
        rows = tuple(row for capacity in report.capacities for row in _rows(capacity))
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
        yield (Heading(text.RATES), Paragraph(text.SEARCH), Table(columns, rows, text_columns=2))


def _rows(result: CapacityResult) -> Iterator[tuple[str, ...]]:
    for trial in result.curve:
        yield (
            result.title,
            trial.phase or UNKNOWN,
            setting(trial.rate_rps),
            percent(trial.delivered_percent),
            figure(trial.p50_ms),
            figure(trial.p95_ms),
            figure(trial.p99_ms),
            percent(trial.failures_percent),
            YES_NO[trial.held],
        )


def open_load(report: Report) -> Iterator[Group]:
    """Yield the groups; none for a closed load."""
    if not any(measurement.open_load for measurement in report.measurements):
        return
    yield (
        Heading(text.DELIVERED),
        Paragraph(open_limits(report.run, report.method)),
        *_delivered(report),
    )
    if any(
        measurement.open_load and measurement.open_load.omissions
        for measurement in report.measurements
    ):
        yield (Heading(text.OMISSION), PLOTS[OMISSION], _omissions(report))


def _delivered(report: Report) -> tuple[Table, ...]:
    return by_target(
        report.measurements,
        [
            ("Configured, requests/s", field("open_load.requested_rps")),
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


def _omissions(report: Report) -> Table:
    columns = (
        "Target",
        "Percentile",
        "From due, ms",
        "From sending, ms",
        "Coordinated omission, ms",
    )
    return Table(
        columns,
        tuple(row for measurement in report.measurements for row in _omission_rows(measurement)),
    )


def _omission_rows(measurement: Measurement) -> Iterator[tuple[str, ...]]:
    for gap in measurement.open_load.omissions if measurement.open_load else ():
        yield (
            measurement.title,
            f"p{setting(gap.percent)}",
            figure(gap.response_ms),
            figure(gap.service_ms),
            figure(gap.gap_ms),
        )
