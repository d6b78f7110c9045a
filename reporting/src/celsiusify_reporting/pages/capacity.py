"""The rates that a search tried."""

from __future__ import annotations

from collections.abc import Iterator

from celsiusify_reporting.capacity import Found
from celsiusify_reporting.document import Group, Heading, Paragraph, Table
from celsiusify_reporting.report import Report
from celsiusify_reporting.wording import UNKNOWN, figure, percent, setting


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


def _rows(found: Found) -> Iterator[tuple[str, ...]]:
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
