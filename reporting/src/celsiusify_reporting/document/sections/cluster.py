"""Show the nodes of a cluster, and the workers of the load and their clocks."""

from collections.abc import Iterator

from celsiusify_reporting.document.model import Group, Heading, Paragraph, Table
from celsiusify_reporting.document.report import Report
from celsiusify_reporting.inputs.cluster_json import Cluster
from celsiusify_reporting.inputs.load_plan import Worker
from celsiusify_reporting.narrative import section_text as text
from celsiusify_reporting.narrative.formatting import (
    UNKNOWN,
    figure,
    setting,
    shortened,
    whole,
)
from celsiusify_reporting.narrative.settings_text import cores
from celsiusify_reporting.validity.workers import WorkerSummary


def cluster(report: Report) -> Iterator[Group]:
    """Yield the groups; none for a load from one machine outside a cluster."""
    if report.cluster:
        yield (Heading(text.CLUSTER), _summary(report.cluster), *_nodes(report.cluster))
    if report.worker_summary:
        workers = _workers(report.run.generator.workers or (), report.worker_summary)
        yield (
            Heading(text.ONE_LOAD),
            Paragraph(text.workers(report.method, report.worker_summary)),
            workers,
        )


def _summary(cluster: Cluster) -> Table:
    clock, sampling = cluster.clock, cluster.sampling
    leader = cluster.leader
    return Table(
        ("", "Recorded"),
        (
            ("Kubernetes", cluster.server_version or UNKNOWN),
            ("Context, namespace", f"{cluster.context or UNKNOWN}, {cluster.namespace or UNKNOWN}"),
            ("Release, chart", f"{cluster.release or UNKNOWN}, {cluster.chart or UNKNOWN}"),
            ("Job of the load", cluster.job or UNKNOWN),
            ("Its leader", f"{leader.pod} on {leader.node}" if leader else UNKNOWN),
            (
                "Its workers",
                ", ".join(f"{worker.pod} on {worker.node}" for worker in cluster.workers) or "none",
            ),
            ("Offset of the observing clock, ms", figure(clock.offset_ms)),
            ("Its uncertainty, ms", figure(clock.uncertainty_ms)),
            ("Samples of replicas, missed", f"{whole(sampling.samples)}, {whole(sampling.missed)}"),
            ("Sampling period, s", setting(sampling.period_s) if sampling.period_s else UNKNOWN),
        ),
        text_columns=2,
    )


def _nodes(cluster: Cluster) -> Iterator[Table]:
    if cluster.nodes:
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
                for node in cluster.nodes
            ),
            text_columns=4,
        )


def _workers(workers: tuple[Worker, ...], worker_summary: WorkerSummary) -> Table:
    columns = (
        "Worker",
        "Versions",
        "CPU limit, cores",
        "Clock offset at first, ms",
        "Round trip, ms",
        "Left after correction, at most ms",
    )
    return Table(
        columns, tuple(_worker(worker, worker_summary) for worker in workers), text_columns=2
    )


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
