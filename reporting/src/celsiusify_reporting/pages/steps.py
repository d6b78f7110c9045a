"""A schedule with steps: what each of them met."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from celsiusify_reporting.deployment import ready
from celsiusify_reporting.document import Group, Heading, Paragraph, Table
from celsiusify_reporting.felt_words import dropped
from celsiusify_reporting.measurement import Measurement
from celsiusify_reporting.pages.rounds import kept
from celsiusify_reporting.pages.tables import percentile
from celsiusify_reporting.report import Report
from celsiusify_reporting.stretch import Stretch
from celsiusify_reporting.wording import SPACE, UNKNOWN, figure, limit, percent, setting, whole

SHOWN = (50, 99, 99.9)


def steps(report: Report) -> Iterator[Group]:
    """The groups of these pages; none unless the schedule's rate went in steps."""
    stepped = [one for one in report.measurements if one.steps]
    if stepped:
        yield (Heading("Step by step"), Paragraph(_explained(report)), _steps(stepped, report))
        yield (Heading("Did each step keep its pace?"), Paragraph(PACE), _pace(stepped, report))


PACE = (
    "That the rate changes from step to step was planned, and is no drift. Each step is judged by "
    "itself, as a round is otherwise, and one that didn't keep its pace makes no run invalid: its "
    "figures hang on how long it was. A step in which replicas came or went is not judged."
)


def _explained(report: Report) -> str:
    known = any(step.replicas for one in report.measurements for step in one.steps or ())
    replicas = " Replicas: fewest and most that were ready." if known else ""
    several = " of all rounds together" if report.run.plan.rounds > 1 else ""
    return (
        f"Figures are of the requests{several} that were due in a step. Latency counts from when a "
        "request was due, of those that succeeded; what was dropped found no free connection in "
        f"time, and is in no percentile.{replicas}"
    )


def _steps(stepped: list[Measurement], report: Report) -> Table:
    columns = (
        "Target",
        "Step, at its rate",
        f"Due per{SPACE}s",
        f"Sent per{SPACE}s",
        f"Answered per{SPACE}s",
        *(f"p{setting(one)} ms" for one in SHOWN),
        "Failed",
        "Dropped",
    )
    rows = [_row(one, step) for one in stepped for step in one.steps or ()]
    return with_replicas(columns, rows, [step for one in stepped for step in one.steps or ()])


def with_replicas(
    columns: Sequence[str], rows: Sequence[tuple[str, ...]], stretches: Sequence[Stretch]
) -> Table:
    """A table of stretches, with their replicas if those of any are known."""
    if not any(one.replicas for one in stretches):
        return Table(tuple(columns), tuple(rows), text_columns=2)
    pairs = zip(rows, stretches, strict=True)
    more = tuple((*row, ready(one.replicas)) for row, one in pairs)
    return Table((*columns, "Replicas"), more, text_columns=2)


def _row(one: Measurement, step: Stretch) -> tuple[str, ...]:
    steady = step.steady
    load = steady.open_load
    return (
        one.title,
        step.name,
        figure(step.offered_rps),
        figure(load.delivered_rps if load else None),
        figure(steady.throughput.succeeded_rps),
        *(percentile(steady.latency, value) for value in SHOWN),
        whole(steady.counts.failed),
        share(steady.counts.dropped, dropped(step)),
    )


def share(count: int, percents: float | None) -> str:
    """A count, and what share that is, unless it is nought."""
    return f"{whole(count)} ({percent(percents)})" if count and percents else whole(count)


def _pace(stepped: list[Measurement], report: Report) -> Table:
    rows = tuple(
        (
            one.title,
            setting(each.record.round),
            step.name,
            percent(step.stationarity.spread_percent) if step.stationarity else UNKNOWN,
            kept(step.stationarity, report.method) if step.stationarity else "replicas changed",
        )
        for one in stepped
        for each in one.rounds
        for step in each.steps or ()
    )
    allowed = limit(report.method.drift_percent)
    columns = ("Target", "Round", "Step", "Thirds differ by", f"Within {allowed}")
    return Table(columns, rows, text_columns=3)
