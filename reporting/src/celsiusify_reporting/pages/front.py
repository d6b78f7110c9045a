"""The first page: what was compared, what came out, and what limits it."""

from __future__ import annotations

from collections.abc import Iterator

from celsiusify_reporting.document import (
    Block,
    Bullets,
    Group,
    Heading,
    Paragraph,
    Plot,
    Statement,
    Table,
    Warnings,
)
from celsiusify_reporting.charts import DISTRIBUTION
from celsiusify_reporting.measurement import Measurement
from celsiusify_reporting.pages.tables import field, percentile
from celsiusify_reporting.report import Report
from celsiusify_reporting.wording import SPACE, UNKNOWN, listing, percent, setting, whole

AT_A_GLANCE = (50, 95, 99, 99.9)


def title(report: Report) -> str:
    """What the report is called."""
    return "Load test: " + listing([one.title for one in report.measurements])


def front(report: Report) -> Iterator[Group]:
    """The groups of the first page."""
    yield (
        Heading(title(report), level=1),
        Paragraph(_what(report)),
        Statement(report.conclusion.headline),
        _at_a_glance(report),
    )
    if report.caveats:
        yield (Heading("Before you rely on it"), Warnings(report.caveats))
    if any(one.latency for one in report.measurements):
        yield (_latency_plot(report),)
    if report.conclusion.points:
        yield (Heading("What the figures say"), Bullets(report.conclusion.points))


def _what(report: Report) -> str:
    run, profile = report.run, report.run.profile
    length = f" for {setting(profile.run_time_s)}{SPACE}s" if profile.run_time_s else ""
    cores = f"{whole(run.machine.cores)} cores of " if run.machine.cores else ""
    each = "Each target in turn was" if len(report.measurements) > 1 else "The target was"
    return (
        f"Run {run.run}, started {run.started_at or 'at a time not recorded'}. {each} asked to "
        f"convert temperatures by {whole(profile.users)} users{length} (profile {profile.name}), "
        f"on {cores}{run.machine.cpu_model or 'a machine not recorded'}."
    )


def _at_a_glance(report: Report) -> Table:
    return Table(
        columns=(
            "Target",
            "Requests per s",
            *(f"p{one:g} ms" for one in AT_A_GLANCE),
            "Failures",
            f"CPU s per {whole(report.method.per_requests)}",
            "Memory MiB",
        ),
        rows=tuple(_row(one) for one in report.measurements),
    )


def _row(one: Measurement) -> tuple[str, ...]:
    return (
        one.title,
        field("steady.throughput.succeeded_rps")(one),
        *(percentile(one.latency, percent) for percent in AT_A_GLANCE),
        _failures(one),
        field("steady.cpu_s_per_requests")(one),
        field("steady.process.max_rss_mib")(one),
    )


def _failures(one: Measurement) -> str:
    if one.steady is None or one.steady.throughput.failed_percent is None:
        return UNKNOWN
    failed = one.steady.counts.failed
    share = f" ({percent(one.steady.throughput.failed_percent)})" if failed else ""
    return whole(failed) + share


def _latency_plot(report: Report) -> Block:
    return Plot(
        DISTRIBUTION,
        "Distribution of latency",
        "How many of the requests took no longer than so many milliseconds: further left is "
        "better. Circles mark the median, triangles the 99th percentile.",
    )
