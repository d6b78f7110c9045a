"""The first page: whether it is valid, what came out, and what limits it."""

from __future__ import annotations

from collections.abc import Iterator

from celsiusify_reporting.charts import CAPACITY, DISTRIBUTION, RATIOS
from celsiusify_reporting.document import (
    Bullets,
    Group,
    Heading,
    Paragraph,
    Plot,
    Statement,
    Table,
    Warnings,
)
from celsiusify_reporting.measurement import Measurement
from celsiusify_reporting.pages.plots import PLOTS
from celsiusify_reporting.pages.tables import field
from celsiusify_reporting.report import Report
from celsiusify_reporting.run import Run
from celsiusify_reporting.wording import SPACE, UNKNOWN, figure, listing, percent, setting, whole

AT_A_GLANCE = (50, 95, 99, 99.9)


def title(report: Report) -> str:
    """What the report is called."""
    what = "Capacity" if report.run.kind == "capacity" else "Load test"
    return f"{what}: {listing([one.title for one in report.measurements])}"


def front(report: Report) -> Iterator[Group]:
    """The groups of the first page."""
    verdict = report.verdict
    yield (
        Heading(title(report), level=1),
        Statement(verdict.word, report.conclusion.headline, good=verdict.valid),
        Paragraph(_what(report.run, targets=len(report.measurements))),
        _at_a_glance(report),
    )
    if not verdict.valid:
        reasons = tuple(one.text for one in verdict.reasons)
        yield (Heading("Why it is invalid"), Warnings(reasons))
    if limits := (*report.caveats, *(one.text for one in verdict.warnings)):
        yield (Heading("Before you rely on it"), Warnings(limits))
    if plot := first_plot(report):
        yield (plot,)
    if report.conclusion.points:
        yield (Heading("What the figures say"), Bullets(report.conclusion.points))


def first_plot(report: Report) -> Plot | None:
    """The plot that says most of what came out."""
    if report.capacities:
        return PLOTS[CAPACITY]
    if any(one.interval for one in report.comparisons):
        return PLOTS[RATIOS]
    return PLOTS[DISTRIBUTION] if any(one.latency for one in report.measurements) else None


def _what(run: Run, *, targets: int) -> str:
    cores = f"{whole(run.machine.cores)} cores of " if run.machine.cores else ""
    each = "Each target was" if targets > 1 else "The target was"
    return (
        f"Run {run.run}, started {run.started_at or 'at a time not recorded'}. {each} asked to "
        f"convert temperatures {_load(run)}, on {cores}"
        f"{run.machine.cpu_model or 'a machine not recorded'}."
    )


def _load(run: Run) -> str:
    if run.kind == "capacity":
        return "at one rate after another, until the highest that it holds was found"
    times = f", {whole(run.plan.rounds)} times in turn" if run.plan.rounds > 1 else ""
    if run.load.model != "closed":
        rate = UNKNOWN if run.load.rate_rps is None else setting(run.load.rate_rps)
        return f"{rate} times a second, whether or not it had answered{times}"
    length = f" for {setting(run.profile.run_time_s)}{SPACE}s" if run.profile.run_time_s else ""
    users = f"by {whole(run.profile.users)} users{length}"
    return f"{users} (profile {run.profile.name}){times}"


def _at_a_glance(report: Report) -> Table:
    return Table(
        columns=(
            "Target",
            "Requests a second",
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
        *(figure(one.percentile_ms(percents)) for percents in AT_A_GLANCE),
        _failures(one),
        field("steady.cpu_s_per_requests")(one),
        field("steady.process.max_rss_mib")(one),
    )


def _failures(one: Measurement) -> str:
    if one.steady is None or one.steady.throughput.failed_percent is None:
        return UNKNOWN
    failed = one.steady.counts.failed
    share = f"{SPACE}({percent(one.steady.throughput.failed_percent)})" if failed else ""
    return whole(failed) + share
