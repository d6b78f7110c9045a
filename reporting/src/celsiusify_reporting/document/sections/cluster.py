"""The machines that a run was made on, where they were several: nodes, workers and their clocks."""

from collections.abc import Iterator

from celsiusify_reporting.document.model import Group, Heading, Paragraph, Table
from celsiusify_reporting.document.report import Report
from celsiusify_reporting.inputs.cluster_json import Cluster
from celsiusify_reporting.inputs.load_plan import Worker
from celsiusify_reporting.narrative.formatting import (
    UNKNOWN,
    figure,
    limit,
    percent,
    setting,
    shortened,
    whole,
)
from celsiusify_reporting.narrative.settings_text import cores
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.validity.workers import WorkerSummary


def cluster(report: Report) -> Iterator[Group]:
    """The groups of these pages; none for a load from one machine outside a cluster."""
    if report.cluster:
        yield (Heading("The cluster"), _whole(report.cluster), *_nodes(report.cluster))
    if report.worker_summary:
        workers = _workers(report.run.generator.workers or (), report.worker_summary)
        yield (
            Heading("Was it one load?"),
            Paragraph(_explained(report.method, report.worker_summary)),
            workers,
        )


def _whole(of: Cluster) -> Table:
    clock, sampling = of.clock, of.sampling
    leader = of.leader
    return Table(
        ("", "Recorded"),
        (
            ("Kubernetes", of.server_version or UNKNOWN),
            ("Context, namespace", f"{of.context or UNKNOWN}, {of.namespace or UNKNOWN}"),
            ("Release, chart", f"{of.release or UNKNOWN}, {of.chart or UNKNOWN}"),
            ("Job of the load", of.job or UNKNOWN),
            ("Its leader", f"{leader.pod} on {leader.node}" if leader else UNKNOWN),
            ("Its workers", ", ".join(f"{one.pod} on {one.node}" for one in of.workers) or "none"),
            ("Watching clock off by, ms", figure(clock.offset_ms)),
            ("That is known to within, ms", figure(clock.uncertainty_ms)),
            ("Samples of replicas, missed", f"{whole(sampling.samples)}, {whole(sampling.missed)}"),
            ("A sample each, s", setting(sampling.period_s) if sampling.period_s else UNKNOWN),
        ),
        text_columns=2,
    )


def _nodes(of: Cluster) -> Iterator[Table]:
    if of.nodes:
        yield Table(
            ("Node", "System", "Kubelet", "Runtime", "Cores", "Memory, GiB"),
            tuple(
                (
                    node.name,
                    shortened(f"{node.os_image or UNKNOWN} {node.architecture or ''}".strip()),
                    node.kubelet or UNKNOWN,
                    node.container_runtime or UNKNOWN,
                    cores(node.cpu_cores, unset=UNKNOWN),
                    figure(None if node.memory_bytes is None else node.memory_bytes / 2**30),
                )
                for node in of.nodes
            ),
            text_columns=4,
        )


def _explained(method: Method, worker_summary: WorkerSummary) -> str:
    throttled = worker_summary.throttled_percent
    did = "how long it did isn't known" if throttled is None else f"it did for {percent(throttled)}"
    return (
        "Several machines made this load together. All must run the same versions. Their clocks "
        "were held against the leader's, in several exchanges of which the quickest counts: an "
        "offset is known to within half of its round trip, and was corrected in every row. What "
        f"was left at the end of a round is told from {setting(method.clock_warning_ms)} ms on, "
        f"and invalid over {setting(method.clock_limit_ms)} ms. A CPU quota may hold the load "
        f"generator back for {limit(method.throttled_warning_percent)} of the time until it is "
        f"told, and for {limit(method.throttled_percent)} until it is invalid; at worst {did}."
    )


def _workers(workers: tuple[Worker, ...], worker_summary: WorkerSummary) -> Table:
    columns = (
        "Worker",
        "Versions",
        "CPU limit, cores",
        "Clock off at first, ms",
        "Round trip, ms",
        "Left after correction, at most ms",
    )
    return Table(columns, tuple(_worker(one, worker_summary) for one in workers), text_columns=2)


def _worker(worker: Worker, worker_summary: WorkerSummary) -> tuple[str, ...]:
    own = worker_summary.version_mismatches.get(worker.name, {})
    versions = [f"{name} {version or UNKNOWN}" for name, version in own.items()]
    return (
        worker.name,
        ", ".join(versions) or "the leader's",
        cores(worker.cpu_limit_cores),
        figure(worker.clock_offset_ms),
        figure(worker.round_trip_ms),
        figure(worker_summary.residual_ms.get(worker.name)),
    )
