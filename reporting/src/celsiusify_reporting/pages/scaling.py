"""How replicas followed the load, and what users felt meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from celsiusify_reporting import charts
from celsiusify_reporting.deployment import ready
from celsiusify_reporting.document import Block, Group, Heading, Paragraph, Plot, Table
from celsiusify_reporting.felt_words import dropped, failed
from celsiusify_reporting.measurement import Measurement
from celsiusify_reporting.moments import Moments
from celsiusify_reporting.pages.steps import share
from celsiusify_reporting.pages.tables import percentile
from celsiusify_reporting.report import Report
from celsiusify_reporting.scaling import Change
from celsiusify_reporting.scaling_words import coarse, fine
from celsiusify_reporting.stretch import Stretch
from celsiusify_reporting.wording import SPACE, figure, milliseconds, rate, setting, whole

SHOWN = (50, 99)


def scaling(report: Report) -> Iterator[Group]:
    """The groups of these pages; none where replicas weren't watched."""
    for one in report.measurements:
        if one.course and any(one.course.sample_s):
            yield (Heading(f"Replicas over load: {one.title}"), _plot(one, report))
    changed = [one for one in report.measurements if one.changes]
    if changed:
        yield (
            Heading("How soon replicas followed the load"),
            Paragraph(_resolution(report)),
            _events(changed),
        )
        yield from _felt(changed)


def _plot(one: Measurement, report: Report) -> Plot:
    window = setting(report.method.metrics_window_s)
    return Plot(
        charts.of_target(charts.REPLICAS, one),
        f"Replicas over load: {one.title}",
        "Requests of each whole second and replicas of each sample, on one axis. Dotted lines: "
        "where the load changed; the one across: what CPU the autoscaler aims at. Thick orange "
        "under red: what the autoscaler wanted under what the Deployment was told. CPU is coarse: "
        f"the metrics server means over some {window} s, and each level line of a pod's CPU is one "
        "such window, known only at its end.",
    )


def _resolution(report: Report) -> str:
    clock = report.cluster.clock if report.cluster else None
    known = (
        f" The watching machine's clock was {milliseconds(clock.offset_ms)} off the leader's, "
        f"which is corrected, to within {milliseconds(clock.uncertainty_ms)}."
        if clock and clock.offset_ms is not None
        else ""
    )
    return (
        "In seconds since the load changed; of several replicas, of the first and the last. What "
        "was wanted was sampled each second: it came up to a second before. When a pod was created "
        "and ready is as Kubernetes says, by the cluster's own clocks and cut to whole seconds: it "
        "was up to a second later. Times of answers are exact. What makes the autoscaler act, CPU, "
        f"it sees up to some {setting(report.method.metrics_window_s)} s late."
        f"{known}"
    )


def _events(changed: list[Measurement]) -> Table:
    columns = (
        "Target",
        "Round",
        "Load",
        "Replicas",
        "Wanted, s",
        "Created, s",
        "Ready, s",
        "Answering, s",
    )
    rows = tuple(_event(one, change) for one in changed for change in one.changes or ())
    return Table(columns, rows, text_columns=8)


def _event(one: Measurement, change: Change) -> tuple[str, ...]:
    down = change.direction == "down"
    answered = "–" if down else _when(change.answered, fine) if change.tells else "doesn't tell"
    return (
        one.title,
        setting(change.round),
        _load(change),
        f"{whole(change.before)} to {whole(change.after)}",
        _when(change.wanted, coarse),
        "–" if down else _when(change.created, coarse),
        _when(change.ready, coarse),
        answered,
    )


def _load(change: Change) -> str:
    if change.from_rps is None:
        return "began"
    return f"{rate(change.from_rps)} to {rate(change.to_rps)}/s"


def _when(moments: Moments | None, write: Callable[[float], str]) -> str:
    """The first and the last time."""
    if moments is None:
        return "not seen"
    return " to ".join(dict.fromkeys(write(at) for at in (moments.first_s, moments.last_s)))


def _felt(changed: list[Measurement]) -> Iterator[Group]:
    rows = tuple(
        _met(one, change, stretch)
        for one in changed
        for change in one.changes or ()
        for stretch in change.felt
    )
    columns = (
        "Target",
        "Load",
        "Stretch",
        "Seconds",
        f"Due per{SPACE}s",
        f"Answered per{SPACE}s",
        *(f"p{setting(one)} ms" for one in SHOWN),
        "Failed",
        "Dropped",
        "Replicas",
    )
    if rows:
        felt: tuple[Block, ...] = (Paragraph(FELT), Table(columns, rows, text_columns=3))
        yield (Heading("What users felt meanwhile"), *felt)


FELT = (
    "The same requests, cut where the load changed and where the last of the new replicas was "
    "ready."
)


def _met(one: Measurement, change: Change, stretch: Stretch) -> tuple[str, ...]:
    steady = stretch.steady
    return (
        one.title,
        _load(change),
        stretch.name,
        figure(steady.seconds),
        figure(stretch.offered_rps),
        figure(steady.throughput.succeeded_rps),
        *(percentile(steady.latency, value) for value in SHOWN),
        share(steady.counts.failed, failed(stretch)),
        share(steady.counts.dropped, dropped(stretch)),
        ready(stretch.replicas),
    )
