"""What a load on a cluster leaves behind in its run's folder."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from celsiusify_cluster import description
from celsiusify_cluster.chart import deployed_chart
from celsiusify_cluster.clock import Offset, offset
from celsiusify_cluster.job import target_urls
from celsiusify_cluster.kubectl import Kubectl, Object
from celsiusify_cluster.reception import Reception
from celsiusify_cluster.record import FORMAT, write_json, write_samples
from celsiusify_cluster.sampler import PERIOD_S, Sampler
from celsiusify_cluster.serving import ask_engine
from celsiusify_cluster.watched import Watched


@dataclass
class Stay:
    """A load's time on the cluster: its Job, and what there was meanwhile."""

    kubectl: Kubectl
    server_version: str
    job: Object
    watched: Sequence[Watched]
    load_pods: Sequence[Object]
    scene: description.Scene = field(init=False)

    def __post_init__(self) -> None:
        self.scene = description.look(self.kubectl)

    def look_again(self) -> None:
        """Note the pods and nodes that came since."""
        self.scene = self.scene.joined(description.look(self.kubectl))


def write_outcome(folder: Path, reception: Reception, stay: Stay, sampler: Sampler) -> None:
    """Write the samples and `cluster.json`."""
    clock = offset(reception.differences_ns)
    write_samples(folder, sampler, clock.offset_ns if clock else 0)
    assert reception.received is not None
    place = stay.kubectl.place
    leader, workers = description.members(stay.load_pods)
    watched = {entry.target: entry for entry in stay.watched}
    container = stay.job["spec"]["template"]["spec"]["containers"][0]
    content = {
        "format": FORMAT,
        "context": place.context,
        "server_version": stay.server_version,
        "namespace": place.namespace,
        "release": place.release,
        "chart": deployed_chart(place),
        "job": stay.job["metadata"]["name"],
        "nodes": description.nodes(stay.scene, stay.load_pods, stay.watched),
        "leader": leader,
        "workers": workers,
        "clock": _clock(clock),
        "targets": {
            name: description.target(
                stay.scene, watched.get(name), partial(ask_engine, stay.kubectl)
            )
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
