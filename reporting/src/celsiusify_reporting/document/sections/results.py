"""Results in depth: over time, the slowest requests, failures, counts."""

from collections.abc import Iterator

from celsiusify_reporting.document.model import Block, Group, Heading, Paragraph, Table
from celsiusify_reporting.document.report import Report
from celsiusify_reporting.document.sections.blocks import (
    PLOTS,
    Cell,
    by_target,
    course,
    field,
    percentile_between,
    stepped,
)
from celsiusify_reporting.document.sections.front import first_plot
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
    """The groups of these pages."""
    yield from _answered(report)
    over_time = report.run.kind == "loads" and any(one.histories for one in report.measurements)
    if over_time and first_plot(report) != course(report):
        yield (Heading("Over time"), course(report))
    yield (Heading("Failures"), *_failures(report))
    if any(one.counting for one in report.measurements):
        yield (Heading("Were all requests counted?"), Paragraph(COUNTING), _counts(report))


def _answered(report: Report) -> Iterator[Group]:
    if any(one.latency for one in report.measurements):
        together = (Paragraph(TOGETHER),) if stepped(report) else ()
        if first_plot(report) != PLOTS[DISTRIBUTION]:
            yield (Heading("How long answers took"), *together, PLOTS[DISTRIBUTION])
        yield (Heading("The slowest requests"), PLOTS[SLOWEST], *_latencies(report))


TOGETHER = "Of the requests of all steps together, which hangs on how long each was."
COUNTING = (
    "Over all of every round, ramp-up and end included, but for the steady windows. Aborted are "
    "those that a round's end cut off; dropped, those of a schedule that were never sent. Not "
    "every target counts by itself."
)


def _latencies(report: Report) -> tuple[Table, ...]:
    return by_target(
        report.measurements,
        [
            ("Requests that succeeded", field("latency.n", whole)),
            ("Shortest, ms", field("latency.min_ms")),
            ("Mean, ms", field("latency.mean_ms")),
            *((f"p{one:g}, ms", _percentile(one)) for one in report.method.percents),
            ("Longest, ms", field("latency.max_ms")),
        ],
    )


def _percentile(percents: float) -> Cell:
    return lambda one: percentile_between(one.latency, percents)


def _counts(report: Report) -> Table:
    rows = [row for one in report.measurements if one.counting for row in _counted(one)]
    columns = ("Target", "Counted by", "Started", "Succeeded", "Failed", "Aborted", "Dropped")
    return Table(columns, tuple(rows), text_columns=2)


def _counted(one: Measurement) -> Iterator[tuple[str, ...]]:
    for label, part in (
        ("the rows", "counting.rows"),
        ("the load generator", "counting.declared"),
        ("the rows, in steady windows", "window_stats.counts"),
    ):
        yield (one.title, label, *(field(f"{part}.{name}", whole)(one) for name in OUTCOMES))
    yield (one.title, "the target itself", field("counting.server", whole)(one), *["–"] * 4)


def _failures(report: Report) -> Iterator[Block]:
    measured = [one for one in report.measurements if one.window_stats]
    kinds = [
        (one, kind) for one in measured if one.window_stats for kind in one.window_stats.failures
    ]
    if not kinds:
        yield Paragraph(
            "No request failed in the steady window." if measured else "Nothing was measured."
        )
        return
    shown = sorted(kinds, key=lambda pair: -pair[1].count)[:MOST_FAILURES]
    yield Table(
        ("Target", "What went wrong", "HTTP status", "Requests", "Of finished", "Median"),
        tuple(
            (
                one.title,
                shortened(kind.error or NOT_RECORDED, whole_text=LONGEST_ERROR),
                str(kind.status) if kind.status else "no answer",
                whole(kind.count),
                percent(kind.percent),
                milliseconds(kind.p50_ms),
            )
            for one, kind in shown
        ),
        text_columns=2,
    )
    more = " Further kinds stand in the failures files." if len(kinds) > len(shown) else ""
    yield Paragraph(
        f"Latencies of failures stand only here, and in the mean R that limits the load.{more}"
    )
