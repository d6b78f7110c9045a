"""Show how replicas followed the load, and which instance answered how much."""

from collections.abc import Callable, Iterator

from celsiusify_reporting.document.model import Block, Group, Heading, Paragraph, Plot, Table
from celsiusify_reporting.document.report import Report
from celsiusify_reporting.document.sections.blocks import percentile
from celsiusify_reporting.document.sections.rounds import with_percent
from celsiusify_reporting.narrative import plot_text
from celsiusify_reporting.narrative import section_text as text
from celsiusify_reporting.narrative.formatting import (
    SPACE,
    figure,
    percent,
    rate,
    setting,
    whole,
)
from celsiusify_reporting.narrative.scaling_text import (
    coarse,
    dropped,
    failed,
    fine,
    ready,
    segment_title,
)
from celsiusify_reporting.plots import report_plots
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.model import Measurement
from celsiusify_reporting.stats.scaling.changes import Change, EventTimes
from celsiusify_reporting.stats.segments import Segment

SHOWN = (50, 99)


def scaling(report: Report) -> Iterator[Group]:
    """Yield the groups; none unless replicas were sampled."""
    for measurement in report.measurements:
        if measurement.timeline and any(measurement.timeline.sample_s):
            yield (
                Heading(plot_text.replicas(measurement.title, report.method).title),
                _replicas_plot(measurement, report.method),
            )
    changed = [measurement for measurement in report.measurements if measurement.changes]
    if changed:
        yield (
            Heading(text.SCALING),
            Paragraph(_resolution(report)),
            _events(changed),
        )
        yield from _user_impact(changed)


def _replicas_plot(measurement: Measurement, method: Method) -> Plot:
    name = report_plots.of_target(report_plots.REPLICAS, measurement)
    return Plot(name, *plot_text.replicas(measurement.title, method))


def _resolution(report: Report) -> str:
    return text.resolution(report.method, report.cluster.clock if report.cluster else None)


def _events(changed: list[Measurement]) -> Table:
    columns = (
        "Target",
        "Round",
        "Load",
        "Replicas",
        "Desired, s",
        "Created, s",
        "Ready, s",
        "Answering, s",
    )
    rows = tuple(
        _event(measurement, change)
        for measurement in changed
        for change in measurement.changes or ()
    )
    return Table(columns, rows, text_columns=8)


def _event(measurement: Measurement, change: Change) -> tuple[str, ...]:
    down = change.direction == "down"
    answered = (
        "–" if down else _when(change.answered, fine) if change.names_instances else "not named"
    )
    return (
        measurement.title,
        setting(change.round),
        _load(change),
        f"{whole(change.replicas_before)} to {whole(change.replicas_after)}",
        _when(change.desired, coarse),
        "–" if down else _when(change.created, coarse),
        _when(change.ready, coarse),
        answered,
    )


def _load(change: Change) -> str:
    if change.from_rps is None:
        return "began"
    return f"{rate(change.from_rps)} to {rate(change.to_rps)}/s"


def _when(event_times: EventTimes | None, write: Callable[[float], str]) -> str:
    """Return the first and the last time."""
    if event_times is None:
        return "not seen"
    return " to ".join(dict.fromkeys(write(at) for at in (event_times.first_s, event_times.last_s)))


def _user_impact(changed: list[Measurement]) -> Iterator[Group]:
    rows = tuple(
        _impact_row(measurement, change, segment)
        for measurement in changed
        for change in measurement.changes or ()
        for segment in change.user_impact
    )
    columns = (
        "Target",
        "Load",
        "Segment",
        "Seconds",
        f"Due per{SPACE}s",
        f"Answered per{SPACE}s",
        *(f"p{setting(value)} ms" for value in SHOWN),
        "Failed",
        "Dropped",
        "Replicas",
    )
    if rows:
        user_impact: tuple[Block, ...] = (
            Paragraph(text.USER_SEGMENTS),
            Table(columns, rows, text_columns=3),
        )
        yield (Heading(text.USER_IMPACT), *user_impact)


def _impact_row(measurement: Measurement, change: Change, segment: Segment) -> tuple[str, ...]:
    window_stats = segment.window_stats
    return (
        measurement.title,
        _load(change),
        segment_title(segment),
        figure(window_stats.seconds),
        figure(segment.offered_rps),
        figure(window_stats.throughput.succeeded_rps),
        *(percentile(window_stats.latency, value) for value in SHOWN),
        with_percent(window_stats.counts.failed, failed(segment)),
        with_percent(window_stats.counts.dropped, dropped(segment)),
        ready(segment.replicas),
    )


def instances(report: Report) -> Iterator[Group]:
    """Yield the groups; none if each target has a single instance."""
    several = [measurement for measurement in report.measurements if measurement.instances]
    silent = [
        measurement.title
        for measurement in report.measurements
        if measurement.timeline
        and measurement.window_stats
        and measurement.window_stats.instances is None
    ]
    if not several and not silent:
        return
    unnamed = (Paragraph(text.unnamed_instances(silent)),) if silent else ()
    if not several:
        yield (Heading(text.INSTANCES), *unnamed)
        return
    yield (Heading(text.INSTANCES), Paragraph(text.instance_shares(report.run)), *unnamed)
    for measurement in several:
        yield (
            _instance_plot(measurement),
            _table(measurement),
            Paragraph(_evenness(measurement, report.method)),
        )


def _instance_plot(measurement: Measurement) -> Plot:
    name = report_plots.of_target(report_plots.INSTANCES, measurement)
    return Plot(name, *plot_text.instances(measurement.title))


def _evenness(measurement: Measurement, method: Method) -> str:
    assert measurement.instances
    return text.evenness(measurement.instances.uneven, method)


def _table(measurement: Measurement) -> Table:
    assert measurement.instances
    rows = tuple(
        (
            share.instance,
            whole(share.requests),
            percent(share.percent),
            fine(share.first_s),
            fine(share.last_s),
        )
        for share in measurement.instances.shares
    )
    columns = (
        f"Instance of {measurement.title}",
        "Requests",
        "Share",
        "First answer, s",
        "Last answer, s",
    )
    return Table(columns, rows)
