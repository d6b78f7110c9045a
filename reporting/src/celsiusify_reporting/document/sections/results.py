"""Show results in depth: over time, the slowest requests, failures and counts."""

from collections.abc import Iterator

from celsiusify_reporting.document.model import Block, Group, Heading, Paragraph, Table
from celsiusify_reporting.document.report import Report
from celsiusify_reporting.document.sections.blocks import (
    PLOTS,
    Cell,
    by_target,
    field,
    over_time,
    percentile_between,
    stepped,
)
from celsiusify_reporting.document.sections.front import first_plot
from celsiusify_reporting.narrative import section_text as text
from celsiusify_reporting.narrative.formatting import (
    NOT_RECORDED,
    milliseconds,
    percent,
    shortened,
    whole,
)
from celsiusify_reporting.plots.report_plots import DISTRIBUTION, SLOWEST
from celsiusify_reporting.stats.model import Measurement

MOST_FAILURES = 12
OUTCOMES = ("started", "succeeded", "failed", "aborted", "dropped")
LONGEST_ERROR = 160


def results(report: Report) -> Iterator[Group]:
    """Yield the groups."""
    yield from _answered(report)
    has_histories = report.run.kind == "loads" and any(
        measurement.histories for measurement in report.measurements
    )
    if has_histories and first_plot(report) != over_time(report):
        yield (Heading(text.OVER_TIME), over_time(report))
    yield (Heading(text.FAILURES), *_failures(report))
    if any(measurement.counting for measurement in report.measurements):
        yield (Heading(text.COUNTS), Paragraph(text.COUNTING), _counts(report))


def _answered(report: Report) -> Iterator[Group]:
    if any(measurement.latency for measurement in report.measurements):
        steps_note = (Paragraph(text.ALL_STEPS),) if stepped(report) else ()
        if first_plot(report) != PLOTS[DISTRIBUTION]:
            yield (Heading(text.LATENCY), *steps_note, PLOTS[DISTRIBUTION])
        yield (Heading(text.SLOWEST), PLOTS[SLOWEST], *_latencies(report))


def _latencies(report: Report) -> tuple[Table, ...]:
    return by_target(
        report.measurements,
        [
            ("Requests that succeeded", field("latency.n", whole)),
            ("Shortest, ms", field("latency.min_ms")),
            ("Mean, ms", field("latency.mean_ms")),
            *((f"p{percent:g}, ms", _percentile(percent)) for percent in report.method.percents),
            ("Longest, ms", field("latency.max_ms")),
        ],
    )


def _percentile(percents: float) -> Cell:
    return lambda measurement: percentile_between(measurement.latency, percents)


def _counts(report: Report) -> Table:
    rows = [
        row
        for measurement in report.measurements
        if measurement.counting
        for row in _counted(measurement)
    ]
    columns = ("Target", "Counted by", "Started", "Succeeded", "Failed", "Aborted", "Dropped")
    return Table(columns, tuple(rows), text_columns=2)


def _counted(measurement: Measurement) -> Iterator[tuple[str, ...]]:
    for label, part in (
        ("the rows", "counting.rows"),
        ("the load generator", "counting.declared"),
        ("the rows, in steady windows", "window_stats.counts"),
    ):
        yield (
            measurement.title,
            label,
            *(field(f"{part}.{name}", whole)(measurement) for name in OUTCOMES),
        )
    yield (
        measurement.title,
        "the target itself",
        field("counting.server", whole)(measurement),
        *["–"] * 4,
    )


def _failures(report: Report) -> Iterator[Block]:
    measured = [measurement for measurement in report.measurements if measurement.window_stats]
    kinds = [
        (measurement, kind)
        for measurement in measured
        if measurement.window_stats
        for kind in measurement.window_stats.failures
    ]
    if not kinds:
        yield Paragraph(text.NO_FAILURE if measured else text.NOTHING_MEASURED)
        return
    shown = sorted(kinds, key=lambda pair: -pair[1].count)[:MOST_FAILURES]
    yield Table(
        ("Target", "What went wrong", "HTTP status", "Requests", "Of finished", "Median"),
        tuple(
            (
                measurement.title,
                shortened(kind.error or NOT_RECORDED, whole_text=LONGEST_ERROR),
                str(kind.status) if kind.status else "no answer",
                whole(kind.count),
                percent(kind.percent),
                milliseconds(kind.p50_ms),
            )
            for measurement, kind in shown
        ),
        text_columns=2,
    )
    more = text.MORE_FAILURES if len(kinds) > len(shown) else ""
    yield Paragraph(f"{text.FAILED_LATENCIES}{more}")
