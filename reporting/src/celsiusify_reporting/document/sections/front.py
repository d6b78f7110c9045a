"""The first page: whether it is valid, what came out, and what limits it."""

from collections.abc import Iterator

from celsiusify_reporting.compare.pairs import many
from celsiusify_reporting.document.model import (
    Bullets,
    Group,
    Heading,
    Paragraph,
    Plot,
    Statement,
    Table,
    Warnings,
)
from celsiusify_reporting.document.report import Report
from celsiusify_reporting.document.sections.blocks import PLOTS, course, field, stepped
from celsiusify_reporting.document.sections.rounds import share, with_replicas
from celsiusify_reporting.inputs.run_json import Run
from celsiusify_reporting.narrative.deployment_text import served
from celsiusify_reporting.narrative.finding_text import finding_writer
from celsiusify_reporting.narrative.formatting import (
    SPACE,
    UNKNOWN,
    figure,
    listing,
    percent,
    setting,
    whole,
)
from celsiusify_reporting.narrative.scaling_text import dropped, segment_title
from celsiusify_reporting.narrative.settings_text import policy
from celsiusify_reporting.plots.report_plots import CAPACITY, DISTRIBUTION, RATIOS
from celsiusify_reporting.stats.model import Measurement

AT_A_GLANCE = (50, 95, 99, 99.9)
HEADS = tuple(f"p{one:g} ms" for one in AT_A_GLANCE)


def title(report: Report) -> str:
    """What the report is called."""
    what = "Capacity" if report.run.kind == "capacity" else "Load test"
    return f"{what}: {listing([one.title for one in report.measurements])}"


def front(report: Report) -> Iterator[Group]:
    """The groups of the first page."""
    verdict = report.verdict
    writer = finding_writer(report.run, report.parity)
    yield (
        Heading(title(report), level=1),
        Statement(verdict.word, report.conclusion.headline, good=verdict.valid),
        Paragraph(_what(report)),
        _stepwise(report) if stepped(report) else _at_a_glance(report),
    )
    if not verdict.valid:
        yield (Heading("Why it is invalid"), Warnings(writer.sentences(verdict.reasons)))
    if limits := writer.sentences([*report.caveats, *verdict.warnings]):
        yield (Heading("Before you rely on it"), Warnings(limits))
    plot, points = first_plot(report), report.conclusion.points
    said = (Heading("What the figures say"), Bullets(points))
    groups = ((plot,) if plot else (), said if points else ())
    # A course is too tall for what is left of the first page: words fill that.
    yield from (one for one in (groups[::-1] if stepped(report) else groups) if one)


def first_plot(report: Report) -> Plot | None:
    """The plot that says most of what came out."""
    if report.capacities:
        return PLOTS[CAPACITY]
    if any(one.interval for one in report.comparisons) and not many(report.comparisons):
        return PLOTS[RATIOS]
    if stepped(report):
        return course(report)
    return PLOTS[DISTRIBUTION] if any(one.latency for one in report.measurements) else None


def _what(report: Report) -> str:
    run = report.run
    each = "Each target was" if len(report.measurements) > 1 else "The target was"
    cluster = report.cluster
    where = f". {served(cluster, report.measurements)}" if cluster else f", {_machine(run)}."
    return (
        f"Run {run.run}, started {run.started_at or 'at a time not recorded'}. {each} asked to "
        f"convert temperatures {_load(run)}{where}"
    )


def _machine(run: Run) -> str:
    cores = f"{whole(run.machine.cores)} cores of " if run.machine.cores else ""
    workers = run.generator.workers
    by = f"by {whole(len(workers))} workers, led from" if workers else "on"
    return f"{by} {cores}{run.machine.cpu_model or 'a machine not recorded'}"


def _load(run: Run) -> str:
    if run.kind == "capacity":
        return "at one rate after another, until the highest that it holds was found"
    times = f", {whole(run.load.rounds)} times in turn" if run.load.rounds > 1 else ""
    said = policy(run.load)
    over = f", on connections that were {said}" if said else ""
    if run.load.model != "closed":
        rate = UNKNOWN if run.load.rate_rps is None else setting(run.load.rate_rps)
        steps = f" at most, in steps (profile {run.load.profile})" if run.load.steps else ""
        return f"{rate} times a second{steps}, whether or not it had answered{over}{times}"
    length = f" for {setting(run.load.run_time_s)}{SPACE}s" if run.load.run_time_s else ""
    users = f"by {whole(run.load.users)} users{length}"
    return f"{users} (profile {run.load.profile}){over}{times}"


def _stepwise(report: Report) -> Table:
    """Where a schedule has steps, a row for each, for all of it together has no meaning."""
    known = [(one, step) for one in report.measurements for step in one.steps or ()]
    rows = [
        (
            one.title,
            segment_title(step),
            figure(step.window_stats.throughput.succeeded_rps),
            *(figure(step.window_stats.percentile_ms(percents)) for percents in AT_A_GLANCE),
            whole(step.window_stats.counts.failed),
            share(step.window_stats.counts.dropped, dropped(step)),
        )
        for one, step in known
    ]
    columns = ("Target", "Step, at its rate", f"Answered per{SPACE}s", *HEADS, "Failed", "Dropped")
    return with_replicas(columns, rows, [step for _, step in known])


def _at_a_glance(report: Report) -> Table:
    return Table(
        columns=(
            "Target",
            "Requests a second",
            *HEADS,
            "Failures",
            f"CPU s per {whole(report.method.per_requests)}",
            "Memory MiB",
        ),
        rows=tuple(_row(one) for one in report.measurements),
    )


def _row(one: Measurement) -> tuple[str, ...]:
    return (
        one.title,
        field("window_stats.throughput.succeeded_rps")(one),
        *(figure(one.percentile_ms(percents)) for percents in AT_A_GLANCE),
        _failures(one),
        field("window_stats.cpu_s_per_requests")(one),
        field("window_stats.process.max_rss_mib")(one),
    )


def _failures(one: Measurement) -> str:
    if one.window_stats is None or one.window_stats.throughput.failed_percent is None:
        return UNKNOWN
    failed = one.window_stats.counts.failed
    share = f"{SPACE}({percent(one.window_stats.throughput.failed_percent)})" if failed else ""
    return whole(failed) + share
