"""Show how replicas followed the load, and which instance answered how much."""

from collections.abc import Callable, Iterator

from celsiusify_reporting.document.model import Block, Group, Heading, Paragraph, Plot, Table
from celsiusify_reporting.document.report import Report
from celsiusify_reporting.document.sections.blocks import percentile
from celsiusify_reporting.document.sections.rounds import share
from celsiusify_reporting.narrative.formatting import (
    SPACE,
    figure,
    listing,
    milliseconds,
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
from celsiusify_reporting.narrative.settings_text import policy
from celsiusify_reporting.plots import report_plots
from celsiusify_reporting.stats.model import Measurement
from celsiusify_reporting.stats.scaling.changes import Change, EventTimes
from celsiusify_reporting.stats.scaling.instances import Evenness
from celsiusify_reporting.stats.segments import Segment

SHOWN = (50, 99)


def scaling(report: Report) -> Iterator[Group]:
    """The groups of these pages; none where replicas weren't watched."""
    for one in report.measurements:
        if one.timeline and any(one.timeline.sample_s):
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
        report_plots.of_target(report_plots.REPLICAS, one),
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
    answered = (
        "–" if down else _when(change.answered, fine) if change.names_instances else "doesn't tell"
    )
    return (
        one.title,
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
    """The first and the last time."""
    if event_times is None:
        return "not seen"
    return " to ".join(dict.fromkeys(write(at) for at in (event_times.first_s, event_times.last_s)))


def _felt(changed: list[Measurement]) -> Iterator[Group]:
    rows = tuple(
        _met(one, change, segment)
        for one in changed
        for change in one.changes or ()
        for segment in change.user_impact
    )
    columns = (
        "Target",
        "Load",
        "Segment",
        "Seconds",
        f"Due per{SPACE}s",
        f"Answered per{SPACE}s",
        *(f"p{setting(one)} ms" for one in SHOWN),
        "Failed",
        "Dropped",
        "Replicas",
    )
    if rows:
        user_impact: tuple[Block, ...] = (Paragraph(FELT), Table(columns, rows, text_columns=3))
        yield (Heading("What users felt meanwhile"), *user_impact)


FELT = (
    "The same requests, cut where the load changed and where the last of the new replicas was "
    "ready."
)


def _met(one: Measurement, change: Change, segment: Segment) -> tuple[str, ...]:
    window_stats = segment.window_stats
    return (
        one.title,
        _load(change),
        segment_title(segment),
        figure(window_stats.seconds),
        figure(segment.offered_rps),
        figure(window_stats.throughput.succeeded_rps),
        *(percentile(window_stats.latency, value) for value in SHOWN),
        share(window_stats.counts.failed, failed(segment)),
        share(window_stats.counts.dropped, dropped(segment)),
        ready(segment.replicas),
    )


def instances(report: Report) -> Iterator[Group]:
    """The groups of these pages; none where each target had one instance only."""
    several = [one for one in report.measurements if one.instances]
    silent = [
        one.title
        for one in report.measurements
        if one.timeline and one.window_stats and one.window_stats.instances is None
    ]
    if not several and not silent:
        return
    untold = (Paragraph(_untold(silent)),) if silent else ()
    if not several:
        yield (Heading("Which instance answered"), *untold)
        return
    yield (Heading("Which instance answered"), Paragraph(_explained(report)), *untold)
    for one in several:
        yield (_instance_plot(one), _table(one), Paragraph(_evenness(one, report)))


def _untold(silent: list[str]) -> str:
    names = listing(silent)
    doesnt = "don't" if len(silent) > 1 else "doesn't"
    return (
        f"{names} {doesnt} name the instance that answers: its share of the requests isn't known. "
        "The CPU of its pods tells which of them worked."
    )


def _explained(report: Report) -> str:
    policy_said = policy(report.run.load)
    kept = f" Connections were {policy_said}." if policy_said else ""
    return (
        "By the identifier in each answer that succeeded, over all rounds, ramp-up included."
        f"{kept} An even share is the same for each instance. It is judged while all of them "
        "answered, where that is long enough to tell: 1 is even, and as many as there are "
        "instances means that one did everything."
    )


def _instance_plot(one: Measurement) -> Plot:
    return Plot(
        report_plots.of_target(report_plots.INSTANCES, one),
        f"Which instance answered: {one.title}",
        f"{one.title}: answers of each instance in each second, one above the other, in order of "
        "their first answer.",
    )


def _table(one: Measurement) -> Table:
    assert one.instances
    rows = tuple(
        (
            share.instance,
            whole(share.requests),
            percent(share.percent),
            fine(share.first_s),
            fine(share.last_s),
        )
        for share in one.instances.shares
    )
    columns = (f"Instance of {one.title}", "Requests", "Share", "First answer, s", "Last answer, s")
    return Table(columns, rows)


def _evenness(one: Measurement, report: Report) -> str:
    assert one.instances
    worst = one.instances.uneven
    if worst is None:
        needed = whole(report.method.answers_per_instance)
        return (
            "How evenly can't be told: it takes a time in which all of them answered, with "
            f"{needed} answers for each."
        )
    more = setting(report.method.uneven_times)
    word = "even" if (worst.ratio or 0) <= report.method.uneven_times else "uneven"
    return f"{_told(worst)}: {word} (up to {more} times is taken for even)."


def _told(worst: Evenness) -> str:
    return (
        f"While all {whole(worst.instances)} answered (round {setting(worst.round)}, second "
        f"{fine(worst.from_s)} to {fine(worst.until_s)}), the busiest gave "
        f"{percent(worst.busiest_percent)} of {whole(worst.answers)} answers, "
        f"{figure(worst.ratio)} times an even share of {percent(worst.even_percent)}"
    )
