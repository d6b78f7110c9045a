"""Show each round and each step of the rate."""

from collections.abc import Iterator, Sequence

from celsiusify_reporting.document.model import Group, Heading, Paragraph, Table
from celsiusify_reporting.document.report import Report
from celsiusify_reporting.document.sections.blocks import PLOTS, percentile
from celsiusify_reporting.narrative.formatting import (
    SPACE,
    UNKNOWN,
    figure,
    limit,
    percent,
    setting,
    whole,
)
from celsiusify_reporting.narrative.scaling_text import dropped, ready, segment_title
from celsiusify_reporting.plots.report_plots import ROUNDS
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.model import Measurement, Round
from celsiusify_reporting.stats.segments import Segment
from celsiusify_reporting.stats.stationarity import Stationarity


def rounds(report: Report) -> Iterator[Group]:
    """The groups of these pages; a search's rounds stand with its rates."""
    if report.run.kind != "loads" or not any(one.rounds for one in report.measurements):
        return
    if max(len(one.rounds) for one in report.measurements) > 1:
        yield (Heading("Round by round"), PLOTS[ROUNDS])
    if not any(one.steps for one in report.measurements):
        yield (Heading("Did each round keep its pace?"), Paragraph(_pace(report)), _table(report))


def _pace(report: Report) -> str:
    method = report.method
    return (
        "Warm-up is how much of a round's steady window was cut off besides, since it was still "
        "warming up. A round kept its pace if thirds of the rest differ by no more than "
        f"{limit(method.drift_percent)} in median latency and rate. Where they differ by more, "
        "but chance alone could have done it (Kruskal and Wallis' test, at "
        f"{setting(method.drift_chance)}), the table says that it can't tell; longer rounds would."
    )


def _table(report: Report) -> Table:
    columns = (
        "Target",
        "Round",
        "Requests a second",
        "p50 ms",
        "p99 ms",
        f"CPU s per {whole(report.method.per_requests)}",
        "Failures",
        "Warm-up s",
        "Thirds differ by",
        "Kept its pace",
    )
    rows = tuple(
        _row(one, each, report.method) for one in report.measurements for each in one.rounds
    )
    return Table(columns, rows)


def _row(one: Measurement, each: Round, method: Method) -> tuple[str, ...]:
    number = setting(each.record.round)
    if each.window_stats is None:
        return (one.title, number, *[UNKNOWN] * 4, each.record.state, *[UNKNOWN] * 3)
    window_stats, pace = each.window_stats, each.stationarity
    return (
        one.title,
        number,
        figure(window_stats.throughput.succeeded_rps),
        percentile(window_stats.latency, 50),
        percentile(window_stats.latency, 99),
        figure(window_stats.cpu_s_per_requests),
        whole(window_stats.counts.failed),
        figure(pace.warm_up_s) if pace else UNKNOWN,
        _spread(each),
        kept(pace, method),
    )


def kept(pace: Stationarity | None, method: Method) -> str:
    """Whether it kept its pace, as far as that can be told."""
    if pace is None or pace.stationary is None:
        return UNKNOWN
    if not pace.stationary:
        return "no"
    return "yes" if pace.spread_percent <= method.drift_percent else "can't tell"


def _spread(each: Round) -> str:
    pace = each.stationarity
    spreads = [pace.latency_spread_percent, pace.rate_spread_percent] if pace else []
    return percent(max((one for one in spreads if one is not None), default=None))


SHOWN = (50, 99, 99.9)


def steps(report: Report) -> Iterator[Group]:
    """The groups of these pages; none unless the schedule's rate went in steps."""
    stepped = [one for one in report.measurements if one.steps]
    if stepped:
        yield (Heading("Step by step"), Paragraph(_explained(report)), _steps(stepped, report))
        yield (
            Heading("Did each step keep its pace?"),
            Paragraph(PACE),
            _step_drift(stepped, report),
        )


PACE = (
    "That the rate changes from step to step was planned, and is no drift. Each step is judged by "
    "itself, as a round is otherwise, and one that didn't keep its pace makes no run invalid: its "
    "figures hang on how long it was. A step in which replicas came or went is not judged."
)


def _explained(report: Report) -> str:
    known = any(step.replicas for one in report.measurements for step in one.steps or ())
    replicas = " Replicas: fewest and most that were ready." if known else ""
    several = " of all rounds together" if report.run.load.rounds > 1 else ""
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
    rows = [_step_row(one, step) for one in stepped for step in one.steps or ()]
    return with_replicas(columns, rows, [step for one in stepped for step in one.steps or ()])


def with_replicas(
    columns: Sequence[str], rows: Sequence[tuple[str, ...]], segments: Sequence[Segment]
) -> Table:
    """A table of stretches, with their replicas if those of any are known."""
    if not any(one.replicas for one in segments):
        return Table(tuple(columns), tuple(rows), text_columns=2)
    pairs = zip(rows, segments, strict=True)
    more = tuple((*row, ready(one.replicas)) for row, one in pairs)
    return Table((*columns, "Replicas"), more, text_columns=2)


def _step_row(one: Measurement, step: Segment) -> tuple[str, ...]:
    window_stats = step.window_stats
    load = window_stats.open_load
    return (
        one.title,
        segment_title(step),
        figure(step.offered_rps),
        figure(load.delivered_rps if load else None),
        figure(window_stats.throughput.succeeded_rps),
        *(percentile(window_stats.latency, value) for value in SHOWN),
        whole(window_stats.counts.failed),
        share(window_stats.counts.dropped, dropped(step)),
    )


def share(count: int, percents: float | None) -> str:
    """A count, and what share that is, unless it is nought."""
    return f"{whole(count)} ({percent(percents)})" if count and percents else whole(count)


def _step_drift(stepped: list[Measurement], report: Report) -> Table:
    rows = tuple(
        (
            one.title,
            setting(each.record.round),
            segment_title(step),
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
