"""Write what was observed of a load into its run's folder."""

import csv
import json
import shlex
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median

from celsiusify_cluster.kube.chart import deployed_chart
from celsiusify_cluster.kube.kubectl import Kubectl, Object
from celsiusify_cluster.load.job import target_urls
from celsiusify_cluster.load.receiver import LogReceiver
from celsiusify_cluster.observe import snapshot
from celsiusify_cluster.observe.sampler import PERIOD_S, Sampler
from celsiusify_cluster.observe.samples import (
    POD_COLUMNS,
    SCALE_COLUMNS,
    TIMES,
    Cell,
    Row,
    Workload,
)

FORMAT = 1


def write_samples(folder: Path, sampler: Sampler, offset_ns: int) -> None:
    """Write each target's samples, with times of the leader's clock."""
    for target, sampled in sampler.targets.items():
        scale, pods = folder / f"{target}_scale.csv", folder / f"{target}_pods.csv"
        _write(scale, SCALE_COLUMNS, sampled.scale, offset_ns)
        _write(pods, POD_COLUMNS, sampled.pods, offset_ns)


def write_json(path: Path, content: object) -> None:
    """Write a JSON file atomically."""
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(content, indent=2) + "\n")
    partial.replace(path)


def merge_files(folder: Path, files: Mapping[str, str]) -> None:
    """Add the verified files to an existing `cluster.json`."""
    path = folder / "cluster.json"
    if path.exists():
        write_json(path, {**json.loads(path.read_text()), "files": dict(files)})


def _write(path: Path, columns: Sequence[str], rows: Iterable[Row], offset_ns: int) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(_on_leader_clock(columns, row, offset_ns) for row in rows)


def _on_leader_clock(columns: Sequence[str], row: Row, offset_ns: int) -> list[Cell]:
    return [
        value - offset_ns if column in TIMES and isinstance(value, int) else value
        for column, value in zip(columns, row, strict=True)
    ]


DESCRIBE = "celsiusify.dev/describe"
"""A Deployment's annotation: the command that prints in its pods, as JSON, what serves there."""
CONTAINER = "server"


def ask_engine(kubectl: Kubectl, deployment: Object) -> Object | None:
    """Ask a pod of a Deployment to describe its engine.

    The answer takes CPU time from the server, so ask only when nothing is measured.

    Returns:
        `engine`, `version`, `reason`, `caveat` and `settings`; None if the pod can't tell.
    """
    meta = deployment["metadata"]
    command = shlex.split(meta.get("annotations", {}).get(DESCRIBE, ""))
    said = _execute(kubectl, f"deployment/{meta['name']}", command) if command else b""
    try:
        told = json.loads(said)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def _execute(kubectl: Kubectl, where: str, command: list[str]) -> bytes:
    """Return a command's output; nothing if it takes too long."""
    execute = ("exec", where, f"--container={CONTAINER}", "--")
    with kubectl.start(*execute, *command, stderr=subprocess.DEVNULL) as process:
        try:
            said, _ = process.communicate(timeout=kubectl.limits.answer_s)
        except subprocess.TimeoutExpired:
            process.kill()
            return b""
    return bytes(said)


@dataclass(frozen=True)
class Offset:
    """The local clock minus the leader's, from the times that the leader printed.

    A line arrives with a delay, so the smallest difference is the closest, and an upper bound. The
    variation of the delay is its only visible part: half of the lines took at most `uncertainty_ns`
    longer than the fastest.
    """

    offset_ns: int
    uncertainty_ns: int


def offset(differences_ns: Sequence[int]) -> Offset | None:
    """Return the offset, from each line's time of reception minus its printed time."""
    if not differences_ns:
        return None
    least = min(differences_ns)
    return Offset(least, round(median(differences_ns)) - least)


@dataclass
class ClusterRun:
    """A load on the cluster: its Job, and the objects that existed meanwhile."""

    kubectl: Kubectl
    server_version: str
    job: Object
    workloads: Sequence[Workload]
    load_pods: Sequence[Object]
    objects: snapshot.ClusterSnapshot = field(init=False)

    def __post_init__(self) -> None:
        self.objects = snapshot.look(self.kubectl)

    def refresh(self) -> None:
        """Add the pods and nodes that appeared since."""
        self.objects = self.objects.joined(snapshot.look(self.kubectl))


def write_outcome(
    folder: Path, receiver: LogReceiver, cluster_run: ClusterRun, sampler: Sampler
) -> None:
    """Write the samples and `cluster.json`."""
    clock = offset(receiver.differences_ns)
    write_samples(folder, sampler, clock.offset_ns if clock else 0)
    assert receiver.received is not None
    release = cluster_run.kubectl.release
    leader, workers = snapshot.members(cluster_run.load_pods)
    workloads = {entry.target: entry for entry in cluster_run.workloads}
    container = cluster_run.job["spec"]["template"]["spec"]["containers"][0]
    content = {
        "format": FORMAT,
        "context": release.context,
        "server_version": cluster_run.server_version,
        "namespace": release.namespace,
        "release": release.name,
        "chart": deployed_chart(release),
        "job": cluster_run.job["metadata"]["name"],
        "nodes": snapshot.nodes(cluster_run.objects, cluster_run.load_pods, cluster_run.workloads),
        "leader": leader,
        "workers": workers,
        "clock": _clock(clock),
        "targets": {
            name: snapshot.target(
                cluster_run.objects, workloads.get(name), partial(ask_engine, cluster_run.kubectl)
            )
            for name in target_urls(container["args"])
        },
        "sampling": _sampling(sampler),
        "files": receiver.received.files,
    }
    write_json(folder / "cluster.json", content)


def _clock(clock: Offset | None) -> Object:
    return {
        "offset_ms": clock.offset_ns / 1e6 if clock else None,
        "uncertainty_ms": clock.uncertainty_ns / 1e6 if clock else None,
    }


def _sampling(sampler: Sampler) -> Object:
    return {
        "period_s": PERIOD_S,
        "samples": sampler.samples,
        "missed": sampler.missed,
        "problem": sampler.problem,
    }
