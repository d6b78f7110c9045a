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
from celsiusify_reporting.inputs.cluster_json import Cluster, Deployed
from celsiusify_reporting.inputs.run_json import Run
from celsiusify_reporting.narrative import section_text as text
from celsiusify_reporting.narrative.deployment_text import DIGEST
from celsiusify_reporting.narrative.formatting import (
    NOT_RECORDED,
    UNKNOWN,
    figure,
    setting,
    shortened,
    tail,
    whole,
)
from celsiusify_reporting.narrative.load_text import core_list
from celsiusify_reporting.narrative.settings_text import YES_NO, cores, scaler
from celsiusify_reporting.stats.model import Measurement
from celsiusify_reporting.stats.scaling.nodes import nodes_of

# The longest text of a cell: a row that is longer than a page would be cut.
MOST_TEXT = 1500
LONGEST_NAME = 45
HASH = 17  # the letters of a hash that tell schedules apart


def setup(report: Report) -> Iterator[Group]:
    """Yield the groups."""
    yield (Heading(text.SERVED), *_targets(report))
    yield (Heading(text.MACHINE), _machine(report.run, report.cluster))
    yield (Heading(text.REPEAT), *_repeat(report))


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
            *(() if report.cluster else (("Pinned to", _cores),)),
            ("Instances", field("window_stats.instances", whole)),
            *(_deployed(report.cluster) if report.cluster else ()),
        ],
        text=True,
    )


def _deployed(cluster: Cluster) -> Iterator[tuple[str, Cell]]:
    """Yield the rows on the deployment of each target."""

    def cell(write: Callable[[Deployed], str | None]) -> Cell:
        return lambda measurement: (
            write(cluster.targets.get(measurement.name, Deployed())) or UNKNOWN
        )

    yield "Deployment", cell(lambda deployed: deployed.deployment)
    yield "Image", cell(lambda deployed: tail(deployed.image or "", LONGEST_NAME))
    yield "Digest", cell(lambda deployed: shortened(deployed.digest or "", word=DIGEST))
    yield "On nodes", lambda measurement: ", ".join(nodes_of(cluster, measurement)) or UNKNOWN
    yield "Autoscaler", cell(lambda deployed: scaler(deployed.autoscaler))


def _cores(measurement: Measurement) -> str:
    return core_list(measurement.target.cores) if measurement.counting else UNKNOWN


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
            ("In a container", YES_NO[machine.container]),
            ("Python", machine.python or UNKNOWN),
            *(_pod(run, cluster) if cluster else ()),
            ("Packages", _packages(run.versions)),
        ),
        text_columns=2,
    )


def _pod(run: Run, cluster: Cluster) -> Iterator[tuple[str, str]]:
    """Yield the rows on the load generator's node."""
    yield "Kubernetes", cluster.server_version or UNKNOWN
    yield "Node", cluster.leader.node or UNKNOWN if cluster.leader else UNKNOWN
    yield "CPU limit, cores", cores(run.generator.cpu_limit_cores)


def _packages(versions: dict[str, str | None]) -> str:
    pairs = (f"{name} {version or UNKNOWN}" for name, version in versions.items())
    return shortened(", ".join(pairs), whole_text=MOST_TEXT) or UNKNOWN


def _repeat(report: Report) -> Iterator[Block]:
    run = report.run
    yield Paragraph(text.made_from(run))
    yield Code(run.command or NOT_RECORDED)
    yield Paragraph(text.REPORTED_BY)
    yield Code(
        f"celsiusify-reporting report results/{run.run}\n"
        f"celsiusify-reporting audit results/{run.run}"
    )
    if schedules := _schedules(report.measurements):
        yield Table(("Target", "Round", "Arrivals", "SHA-256 of the schedule"), schedules, 2)


def _schedules(measurements: Sequence[Measurement]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (
            measurement.title,
            setting(round_.record.round),
            whole(round_.record.schedule.arrivals),
            shortened(round_.record.schedule.sha256, word=HASH),
        )
        for measurement in measurements
        for round_ in measurement.rounds
        if round_.record.schedule
    )


def guide(report: Report) -> Iterator[Group]:
    """Yield the group that explains the report."""
    yield (Heading(text.GUIDE), Bullets(text.guide(report.method)))
