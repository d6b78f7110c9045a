"""Show what served, the machine, how to repeat the run and how to read the report."""

import json
from collections.abc import Callable, Iterator, Sequence

from celsiusify_reporting.document.model import (
    Block,
    Bullets,
    Code,
    Group,
    Heading,
    Paragraph,
    Table,
)
from celsiusify_reporting.document.report import Report
from celsiusify_reporting.document.sections.blocks import Cell, by_target, field
from celsiusify_reporting.document.sections.load import cores
from celsiusify_reporting.inputs.cluster_json import Cluster, Deployed
from celsiusify_reporting.inputs.run_json import Run
from celsiusify_reporting.narrative.deployment_text import DIGEST
from celsiusify_reporting.narrative.formatting import (
    UNKNOWN,
    figure,
    limit,
    setting,
    shortened,
    tail,
    whole,
)
from celsiusify_reporting.narrative.settings_text import cores as amount
from celsiusify_reporting.narrative.settings_text import scaler
from celsiusify_reporting.stats.model import Measurement
from celsiusify_reporting.stats.scaling.nodes import nodes_of

# The longest text of a cell: a row that is longer than a page would be cut.
MOST_TEXT = 1500
LONGEST_NAME = 45
HASH = 17  # so much of a hash tells schedules apart


def setup(report: Report) -> Iterator[Group]:
    """The groups of these pages."""
    yield (Heading("What served"), *_targets(report))
    yield (Heading("Machine and versions"), _machine(report.run, report.cluster))
    yield (Heading("How to make it again"), *_again(report))


def _targets(report: Report) -> tuple[Table, ...]:
    return by_target(
        report.measurements,
        [
            ("Address", field("target.url", shortened)),
            ("Request", field("target.request", _request)),
            ("Engine", field("target.engine.engine", shortened)),
            ("Version", field("target.engine.version", shortened)),
            ("Why this engine", field("target.engine.reason", shortened)),
            ("Settings", field("target.engine.settings", _settings)),
            *(() if report.cluster else (("Kept on", _cores),)),
            ("Instances", field("window_stats.instances", whole)),
            *(_deployed(report.cluster) if report.cluster else ()),
        ],
        text=True,
    )


def _deployed(cluster: Cluster) -> Iterator[tuple[str, Cell]]:
    """What a cluster ran of each target."""

    def cell(write: Callable[[Deployed], str | None]) -> Cell:
        return lambda one: write(cluster.targets.get(one.name, Deployed())) or UNKNOWN

    yield "Deployment", cell(lambda one: one.deployment)
    yield "Image", cell(lambda one: tail(one.image or "", LONGEST_NAME))
    yield "Digest", cell(lambda one: shortened(one.digest or "", word=DIGEST))
    yield "On nodes", lambda one: ", ".join(nodes_of(cluster, one)) or UNKNOWN
    yield "Autoscaler", cell(lambda one: scaler(one.autoscaler))


def _cores(one: Measurement) -> str:
    return cores(one.target.cores) if one.counting else UNKNOWN


def _request(request: str) -> str:
    return shortened(request, word=40)


def _settings(settings: dict[str, object]) -> str:
    pairs = (f"{name} {_plain(value)}" for name, value in settings.items())
    return shortened("; ".join(pairs), whole_text=MOST_TEXT) or UNKNOWN


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _machine(run: Run, cluster: Cluster | None) -> Table:
    machine = run.machine
    memory = None if machine.memory_bytes is None else machine.memory_bytes / 2**30
    return Table(
        ("", "Recorded"),
        (
            ("Processor", machine.cpu_model or UNKNOWN),
            ("Cores", whole(machine.cores)),
            ("Memory, GiB", figure(memory)),
            ("Operating system", machine.os or UNKNOWN),
            ("In a container", {None: UNKNOWN, True: "yes", False: "no"}[machine.container]),
            ("Python", machine.python or UNKNOWN),
            *(_pod(run, cluster) if cluster else ()),
            ("Packages", _packages(run.versions)),
        ),
        text_columns=2,
    )


def _pod(run: Run, cluster: Cluster) -> Iterator[tuple[str, str]]:
    """Where the load generator, whose machine this is, ran."""
    yield "Kubernetes", cluster.server_version or UNKNOWN
    yield "Node", cluster.leader.node or UNKNOWN if cluster.leader else UNKNOWN
    yield "CPU limit, cores", amount(run.generator.cpu_limit_cores)


def _packages(versions: dict[str, str | None]) -> str:
    pairs = (f"{name} {version or UNKNOWN}" for name, version in versions.items())
    return shortened(", ".join(pairs), whole_text=MOST_TEXT) or UNKNOWN


def _again(report: Report) -> Iterator[Block]:
    run = report.run
    commit = run.git.commit if run.git and run.git.commit else "not recorded"
    changed = " with changes that were not committed" if run.git and run.git.dirty else ""
    seed = "not recorded" if run.load.seed is None else setting(run.load.seed)
    yield Paragraph(f"Made from git commit {commit}{changed}, with seed {seed}, by")
    yield Code(run.command or "not recorded")
    yield Paragraph("Reported and checked, from the folder of results, by")
    yield Code(
        f"celsiusify-reporting report results/{run.run}\n"
        f"celsiusify-reporting audit results/{run.run}"
    )
    if schedules := _schedules(report.measurements):
        yield Table(("Target", "Round", "Arrivals", "SHA-256 of the schedule"), schedules, 2)


def _schedules(measurements: Sequence[Measurement]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (
            one.title,
            setting(each.record.round),
            whole(each.record.schedule.arrivals),
            shortened(each.record.schedule.sha256, word=HASH),
        )
        for one in measurements
        for each in one.rounds
        if each.record.schedule
    )


def guide(report: Report) -> Iterator[Group]:
    """The groups of these pages."""
    method = report.method
    per = whole(method.per_requests)
    yield (
        Heading("How to read it"),
        Bullets(
            (
                "VALID: requests were neither lost nor counted twice, the load generator had time "
                "to spare, and rounds kept their pace as far as that can be told. Of an INVALID "
                "measurement nothing follows.",
                "Steady window: from when all users of a round were running and its warm-up was "
                "over, until they were told to stop. All statistics are of the requests that "
                "started within, or were due within, of all rounds together.",
                "Requests a second: those that succeeded in the steady windows, by their length. "
                "An answer with a wrong temperature counts as failed.",
                "Latency: from handing a request to the socket, or in an open load from when it "
                "was due, until the last byte of its answer, of those that succeeded. Failures "
                "often come back at once and would make it look better.",
                "p50, p95, p99, p99.9: so many percent of the requests took no longer. They are "
                f"measured values, by {method.percentile_definition}, computed from every "
                "request to the nanosecond; nothing is interpolated or put into classes.",
                f"In parentheses, where a percentile lies: with {limit(method.confidence_percent)} "
                "confidence, between two measured values, by order statistics of as many "
                "requests as those measured, which depend on each other, are worth.",
                "n/a, needs N: a percentile is given only where enough requests lie beyond it: two "
                f"at least, with {limit(method.needed_percent)} confidence, which is the rule "
                "of MLPerf Inference's early stopping.",
                "A difference is called one only where the interval of the rounds' ratios lies "
                f"beyond {limit(method.equivalence_percent)} either way; all intervals of a report "
                f"together hold with {limit(method.confidence_percent)} confidence. It takes "
                f"{whole(method.fewest_rounds)} rounds of each target at least.",
                f"CPU s per {per}: CPU seconds that the target, all its processes together, used "
                f"for {per} finished requests. It tells what an answer costs, also where the "
                "load limits the throughput.",
                "Memory: the most resident memory that the target, all its processes together, "
                "had in a steady window, sampled each second. Pages that processes share "
                "count once for each.",
                "n/a: not measured, or not recorded.",
            )
        ),
    )
