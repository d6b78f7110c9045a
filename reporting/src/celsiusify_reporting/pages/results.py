"""Results in depth: over time, the slowest requests, failures, counts."""

from __future__ import annotations

from collections.abc import Iterator

from celsiusify_reporting.document import Block, Group, Heading, Paragraph, Plot, Table
from celsiusify_reporting.figures import OVER_TIME, SLOWEST
from celsiusify_reporting.pages.tables import Cell, by_target, field, percentile
from celsiusify_reporting.report import Report
from celsiusify_reporting.wording import milliseconds, percent, shortened, whole

MOST_FAILURES = 12
LONGEST_ERROR = 160


def results(report: Report) -> Iterator[Group]:
    """The groups of these pages."""
    if any(one.history for one in report.measurements):
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
    "Over the whole run, ramp-up and end included. Aborted are those that the end of the run "
    "cut off. The target counts by itself, if it counts at all."
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
    outcomes = ("started", "succeeded", "failed", "aborted")
    return by_target(
        report.measurements,
        [
            *((f"Rows: {name}", field(f"counting.rows.{name}", whole)) for name in outcomes),
            *(
                (f"Load generator: {name}", field(f"counting.declared.{name}", whole))
                for name in outcomes
            ),
            ("Target's own count", field("counting.server", whole)),
            ("Target's count less the rows", field("counting.server_gap", whole)),
            ("Rows in the steady window", field("steady.counts.started", whole)),
            ("Length of the steady window, s", field("steady.seconds")),
        ],
    )


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
