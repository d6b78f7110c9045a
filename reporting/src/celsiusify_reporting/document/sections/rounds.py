"""Show each round and each step of the rate."""

from collections.abc import Iterator, Sequence

from celsiusify_reporting.document.model import Group, Heading, Paragraph, Table
from celsiusify_reporting.document.report import Report
from celsiusify_reporting.document.sections.blocks import PLOTS, percentile
from celsiusify_reporting.narrative import section_text as text
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


def rounds(report: Report) -> Iterator[Group]:
    """Yield the groups; the rounds of a search are listed with its rates."""
    if report.run.kind != "loads" or not any(
        measurement.rounds for measurement in report.measurements
    ):
        return
    if max(len(measurement.rounds) for measurement in report.measurements) > 1:
        yield (Heading(text.ROUNDS), PLOTS[ROUNDS])
    if not any(measurement.steps for measurement in report.measurements):
        yield (
            Heading(text.ROUNDS_STATIONARY),
            Paragraph(text.rounds_judged(report.method)),
            _table(report),
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
        _row(measurement, round_, report.method)
        for measurement in report.measurements
        for round_ in measurement.rounds
    )
    return Table(columns, rows)


def _row(measurement: Measurement, round_: Round, method: Method) -> tuple[str, ...]:
    number = setting(round_.record.round)
    if round_.window_stats is None:
        return (measurement.title, number, *[UNKNOWN] * 4, round_.record.state, *[UNKNOWN] * 3)
    window_stats, stationarity = round_.window_stats, round_.stationarity
    return (
        measurement.title,
        number,
        figure(window_stats.throughput.succeeded_rps),
        percentile(window_stats.latency, 50),
        percentile(window_stats.latency, 99),
        figure(window_stats.cpu_s_per_requests),
        whole(window_stats.counts.failed),
        figure(stationarity.warm_up_s) if stationarity else UNKNOWN,
        _spread(round_),
        text.stationary(stationarity, method),
    )


def _spread(round_: Round) -> str:
    stationarity = round_.stationarity
    spreads = (
        [stationarity.latency_spread_percent, stationarity.rate_spread_percent]
        if stationarity
        else []
    )
    return percent(max((spread for spread in spreads if spread is not None), default=None))


SHOWN = (50, 99, 99.9)


def steps(report: Report) -> Iterator[Group]:
    """Yield the groups; none unless the schedule's rate has steps."""
    stepped = [measurement for measurement in report.measurements if measurement.steps]
    if stepped:
        yield (Heading(text.STEPS), Paragraph(_step_figures(report)), _steps(stepped, report))
        yield (
            Heading(text.STEPS_STATIONARY),
            Paragraph(text.STEPS_JUDGED),
            _step_drift(stepped, report),
        )


def _step_figures(report: Report) -> str:
    segments = [step for measurement in report.measurements for step in measurement.steps or ()]
    return text.step_figures(report.run, replicas=any(step.replicas for step in segments))


def _steps(stepped: list[Measurement], report: Report) -> Table:
    columns = (
        "Target",
        "Step, at its rate",
        f"Due per{SPACE}s",
        f"Sent per{SPACE}s",
        f"Answered per{SPACE}s",
        *(f"p{setting(value)} ms" for value in SHOWN),
        "Failed",
        "Dropped",
    )
    pairs = [(measurement, step) for measurement in stepped for step in measurement.steps or ()]
    rows = [_step_row(measurement, step) for measurement, step in pairs]
    return with_replicas(columns, rows, [step for _, step in pairs])


def with_replicas(
    columns: Sequence[str], rows: Sequence[tuple[str, ...]], segments: Sequence[Segment]
) -> Table:
    """Return a table of segments, with a column of replicas if any are known."""
    if not any(segment.replicas for segment in segments):
        return Table(tuple(columns), tuple(rows), text_columns=2)
    pairs = zip(rows, segments, strict=True)
    more = tuple((*row, ready(segment.replicas)) for row, segment in pairs)
    return Table((*columns, "Replicas"), more, text_columns=2)


def _step_row(measurement: Measurement, step: Segment) -> tuple[str, ...]:
    window_stats = step.window_stats
    load = window_stats.open_load
    return (
        measurement.title,
        segment_title(step),
        figure(step.offered_rps),
        figure(load.delivered_rps if load else None),
        figure(window_stats.throughput.succeeded_rps),
        *(percentile(window_stats.latency, value) for value in SHOWN),
        whole(window_stats.counts.failed),
        with_percent(window_stats.counts.dropped, dropped(step)),
    )


def with_percent(count: int, percentage: float | None) -> str:
    """Return a count with its percentage, which a count of 0 lacks."""
    return f"{whole(count)} ({percent(percentage)})" if count and percentage else whole(count)


def _step_drift(stepped: list[Measurement], report: Report) -> Table:
    rows = tuple(
        (
            measurement.title,
            setting(round_.record.round),
            segment_title(step),
            percent(step.stationarity.spread_percent) if step.stationarity else UNKNOWN,
            text.stationary(step.stationarity, report.method)
            if step.stationarity
            else "replicas changed",
        )
        for measurement in stepped
        for round_ in measurement.rounds
        for step in round_.steps or ()
    )
    allowed = limit(report.method.drift_percent)
    columns = ("Target", "Round", "Step", "Thirds differ by", f"Within {allowed}")
    return Table(columns, rows, text_columns=3)
