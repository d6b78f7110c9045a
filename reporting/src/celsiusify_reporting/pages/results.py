"""Results in depth: over time, the slowest requests, failures, counts."""

from __future__ import annotations

from collections.abc import Iterator

from celsiusify_reporting.document import Block, Group, Heading, Paragraph, Plot, Table
from celsiusify_reporting.charts import OVER_TIME, SLOWEST
from celsiusify_reporting.measurement import Measurement
from celsiusify_reporting.pages.tables import Cell, by_target, field, percentile
from celsiusify_reporting.report import Report
from celsiusify_reporting.wording import milliseconds, percent, shortened, whole

MOST_FAILURES = 12
OUTCOMES = ("started", "succeeded", "failed", "aborted")
LONGEST_ERROR = 160


def results(report: Report) -> Iterator[Group]:
    """The groups of these pages."""
    if any(one.histories for one in report.measurements):
        yield (
            Heading("Over time"),
            Plot(OVER_TIME, "Throughput, latency and users over time", OVER_TIME_CAPTION),
        )
    yield (Heading("Failures"), *_failures(report))
    if any(one.latency for one in report.measurements):
        caption = "How many of the requests took longer than so many milliseconds."
        yield (
            Heading("The slowest requests"),
            Plot(SLOWEST, "The slowest requests", caption),
            _latencies(report),
        )
    if any(one.counting for one in report.measurements):
        yield (Heading("Were all requests counted?"), Paragraph(COUNTING), _counts(report))


OVER_TIME_CAPTION = (
    "A request belongs to the second in which it started. The targets were loaded one after "
    "another, each from its own zero, where its ramp-up ends and its statistics begin. Dotted: "
    "the most that the users can ask for. Crosses: failures. Latency: the thick line is the "
    "median of each second, the thin one its 99th percentile, left out where a second has too "
    "few requests for it."
)
COUNTING = (
    "Over the whole run, ramp-up and end included, but for the steady window. Aborted are those "
    "that the end of the run cut off. Not every target counts by itself."
)


def _latencies(report: Report) -> Table:
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
    return lambda one: percentile(one.latency, percents)


def _counts(report: Report) -> Table:
    rows = [row for one in report.measurements if one.counting for row in _counted(one)]
    columns = ("Target", "Counted by", "Started", "Succeeded", "Failed", "Aborted")
    return Table(columns, tuple(rows), text_columns=2)


def _counted(one: Measurement) -> Iterator[tuple[str, ...]]:
    for label, part in (
        ("the rows", "counting.rows"),
        ("the load generator", "counting.declared"),
        ("the rows, in the steady window", "steady.counts"),
    ):
        yield (one.title, label, *(field(f"{part}.{name}", whole)(one) for name in OUTCOMES))
    yield (one.title, "the target itself", field("counting.server", whole)(one), *["–"] * 3)


def _failures(report: Report) -> Iterator[Block]:
    measured = [one for one in report.measurements if one.steady]
    kinds = [(one, kind) for one in measured if one.steady for kind in one.steady.failures]
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
                shortened(kind.error, whole_text=LONGEST_ERROR),
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
