"""Show the first page: the verdict, the results, and what limits them."""

from collections.abc import Iterator

from celsiusify_reporting.compare.pairs import many
from celsiusify_reporting.document.model import (
    Bullets,
    Group,
    Heading,
    Paragraph,
    Plot,
    Statement,
    Table,
    Warnings,
)
from celsiusify_reporting.document.report import Report
from celsiusify_reporting.document.sections.blocks import PLOTS, field, over_time, stepped
from celsiusify_reporting.document.sections.rounds import with_percent, with_replicas
from celsiusify_reporting.narrative import section_text as text
from celsiusify_reporting.narrative.deployment_text import served
from celsiusify_reporting.narrative.finding_text import finding_writer
from celsiusify_reporting.narrative.formatting import (
    SPACE,
    UNKNOWN,
    figure,
    percent,
    whole,
)
from celsiusify_reporting.narrative.load_text import run_sentence
from celsiusify_reporting.narrative.scaling_text import dropped, segment_title
from celsiusify_reporting.plots.report_plots import CAPACITY, DISTRIBUTION, RATIOS
from celsiusify_reporting.stats.model import Measurement

AT_A_GLANCE = (50, 95, 99, 99.9)
HEADS = tuple(f"p{value:g} ms" for value in AT_A_GLANCE)


def title(report: Report) -> str:
    """Return the title of a report."""
    return text.title(report.run.kind, [measurement.title for measurement in report.measurements])


def front(report: Report) -> Iterator[Group]:
    """Yield the groups of the first page."""
    verdict = report.verdict
    writer = finding_writer(report.run, report.parity)
    yield (
        Heading(title(report), level=1),
        Statement(verdict.word, report.conclusion.headline, good=verdict.valid),
        Paragraph(run_sentence(report.run, len(report.measurements), _served(report))),
        _stepwise(report) if stepped(report) else _at_a_glance(report),
    )
    if not verdict.valid:
        yield (Heading(text.INVALID), Warnings(writer.sentences(verdict.reasons)))
    if limits := writer.sentences([*report.caveats, *verdict.warnings]):
        yield (Heading(text.CAVEATS), Warnings(limits))
    plot, points = first_plot(report), report.conclusion.points
    key_points = (Heading(text.KEY_POINTS), Bullets(points))
    groups = ((plot,) if plot else (), key_points if points else ())
    # A plot over time is too tall for the rest of the first page: words fill that.
    yield from (group for group in (groups[::-1] if stepped(report) else groups) if group)


def first_plot(report: Report) -> Plot | None:
    """Return the plot that best shows the result."""
    if report.capacities:
        return PLOTS[CAPACITY]
    if any(comparison.interval for comparison in report.comparisons) and not many(
        report.comparisons
    ):
        return PLOTS[RATIOS]
    if stepped(report):
        return over_time(report)
    if any(measurement.latency for measurement in report.measurements):
        return PLOTS[DISTRIBUTION]
    return None


def _served(report: Report) -> str | None:
    return served(report.cluster, report.measurements) if report.cluster else None


def _stepwise(report: Report) -> Table:
    """Return a table with a row for each step: their sum means nothing."""
    known = [
        (measurement, step)
        for measurement in report.measurements
        for step in measurement.steps or ()
    ]
    rows = [
        (
            measurement.title,
            segment_title(step),
            figure(step.window_stats.throughput.succeeded_rps),
            *(figure(step.window_stats.percentile_ms(percents)) for percents in AT_A_GLANCE),
            whole(step.window_stats.counts.failed),
            with_percent(step.window_stats.counts.dropped, dropped(step)),
        )
        for measurement, step in known
    ]
    columns = ("Target", "Step, at its rate", f"Answered per{SPACE}s", *HEADS, "Failed", "Dropped")
    return with_replicas(columns, rows, [step for _, step in known])


def _at_a_glance(report: Report) -> Table:
    return Table(
        columns=(
            "Target",
            "Requests a second",
            *HEADS,
            "Failures",
            f"CPU s per {whole(report.method.per_requests)}",
            "Memory MiB",
        ),
        rows=tuple(_row(measurement) for measurement in report.measurements),
    )


def _row(measurement: Measurement) -> tuple[str, ...]:
    return (
        measurement.title,
        field("window_stats.throughput.succeeded_rps")(measurement),
        *(figure(measurement.percentile_ms(percents)) for percents in AT_A_GLANCE),
        _failures(measurement),
        field("window_stats.cpu_s_per_requests")(measurement),
        field("window_stats.process.max_rss_mib")(measurement),
    )


def _failures(measurement: Measurement) -> str:
    if (
        measurement.window_stats is None
        or measurement.window_stats.throughput.failed_percent is None
    ):
        return UNKNOWN
    failed = measurement.window_stats.counts.failed
    share = (
        f"{SPACE}({percent(measurement.window_stats.throughput.failed_percent)})" if failed else ""
    )
    return whole(failed) + share
