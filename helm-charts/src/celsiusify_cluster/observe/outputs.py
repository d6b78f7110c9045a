"""Write what a load on a cluster leaves in its run's folder."""

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
from celsiusify_cluster.load.receiver import Reception
from celsiusify_cluster.observe import snapshot
from celsiusify_cluster.observe.sampler import PERIOD_S, Sampler
from celsiusify_cluster.observe.samples import POD_COLUMNS, SCALE_COLUMNS, TIMES, Cell, Row, Watched

FORMAT = 1


def write_samples(folder: Path, sampler: Sampler, offset_ns: int) -> None:
    """Write each target's samples, their times put on the leader's clock."""
    for target, sampled in sampler.targets.items():
        scale, pods = folder / f"{target}_scale.csv", folder / f"{target}_pods.csv"
        _write(scale, SCALE_COLUMNS, sampled.scale, offset_ns)
        _write(pods, POD_COLUMNS, sampled.pods, offset_ns)


def write_json(path: Path, content: object) -> None:
    """Write a JSON file: whole or not at all."""
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(content, indent=2) + "\n")
    partial.replace(path)


def merge_files(folder: Path, files: Mapping[str, str]) -> None:
    """Note in a `cluster.json` that is there already which files were verified."""
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
PATIENCE_S = 30.0


def ask_engine(kubectl: Kubectl, deployment: Object) -> Object | None:
    """Have a pod of a Deployment tell what serves in it.

    That takes CPU time from the server: ask once nobody measures it.

    Returns:
        `engine`, `version`, `reason`, `caveat` and `settings`; None where that can't be had.
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
    """What a command prints; what it can't print in time is nothing."""
    execute = ("exec", where, f"--container={CONTAINER}", "--")
    with kubectl.start(*execute, *command, stderr=subprocess.DEVNULL) as process:
        try:
            said, _ = process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            return b""
    return bytes(said)


@dataclass(frozen=True)
class Offset:
    """Our clock minus the leader's, from the times that the leader printed.

    A line takes its time to come, so the smallest difference is the nearest, and an upper bound.
    How much the delay varies is all that can be seen of it: half of the lines took at most
    `uncertainty_ns` longer than the quickest.
    """

    offset_ns: int
    uncertainty_ns: int


def offset(differences_ns: Sequence[int]) -> Offset | None:
    """The offset, from each line's time of reception minus the time that it told."""
    if not differences_ns:
        return None
    least = min(differences_ns)
    return Offset(least, round(median(differences_ns)) - least)


@dataclass
class Stay:
    """A load's time on the cluster: its Job, and what there was meanwhile."""

    kubectl: Kubectl
    server_version: str
    job: Object
    watched: Sequence[Watched]
    load_pods: Sequence[Object]
    scene: snapshot.Scene = field(init=False)

    def __post_init__(self) -> None:
        self.scene = snapshot.look(self.kubectl)

    def look_again(self) -> None:
        """Note the pods and nodes that came since."""
        self.scene = self.scene.joined(snapshot.look(self.kubectl))


def write_outcome(folder: Path, reception: Reception, stay: Stay, sampler: Sampler) -> None:
    """Write the samples and `cluster.json`."""
    clock = offset(reception.differences_ns)
    write_samples(folder, sampler, clock.offset_ns if clock else 0)
    assert reception.received is not None
    release = stay.kubectl.release
    leader, workers = snapshot.members(stay.load_pods)
    watched = {entry.target: entry for entry in stay.watched}
    container = stay.job["spec"]["template"]["spec"]["containers"][0]
    content = {
        "format": FORMAT,
        "context": release.context,
        "server_version": stay.server_version,
        "namespace": release.namespace,
        "release": release.name,
        "chart": deployed_chart(release),
        "job": stay.job["metadata"]["name"],
        "nodes": snapshot.nodes(stay.scene, stay.load_pods, stay.watched),
        "leader": leader,
        "workers": workers,
        "clock": _clock(clock),
        "targets": {
            name: snapshot.target(stay.scene, watched.get(name), partial(ask_engine, stay.kubectl))
            for name in target_urls(container["args"])
        },
        "sampling": _sampling(sampler),
        "files": reception.received.files,
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
