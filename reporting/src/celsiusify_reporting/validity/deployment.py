"""What served the targets of a run in a cluster, and what a reader must know of it."""

from collections.abc import Iterator, Sequence

from celsiusify_reporting.inputs.cluster_json import Cluster, Deployed
from celsiusify_reporting.narrative.formatting import (
    UNKNOWN,
    listing,
    setting,
    shortened,
    tail,
    whole,
)
from celsiusify_reporting.stats.model import Measurement
from celsiusify_reporting.stats.scaling.replicas import Replicas

DIGEST = 19  # so many letters of a digest tell images apart
IMAGE = 90  # the longest name of one that a line holds


def limits(cluster: Cluster, measurements: Sequence[Measurement]) -> Iterator[str]:
    """What limits what a run in a cluster shows, as sentences."""
    yield from _unknown(cluster, [one for one in measurements if one.counting])
    yield from _beside(cluster, measurements)
    yield from _scaled(measurements)


def _unknown(cluster: Cluster, ran: Sequence[Measurement]) -> Iterator[str]:
    """What isn't known of what served the targets."""
    known = [(one, cluster.targets.get(one.name, Deployed())) for one in ran]
    if nameless := [one.title for one, deployed in known if deployed.image is None]:
        yield f"What served {listing(nameless)} isn't known: no image was recorded."
    if loose := [one.title for one, deployed in known if deployed.image and not deployed.digest]:
        yield (
            f"The digest of the image of {listing(loose)} isn't known, so that another image of "
            "the same name can't be told from it."
        )
    if untold := [one.title for one, deployed in known if deployed.image and not one.target.engine]:
        yield (
            f"Which engine is in the image of {listing(untold)}, in what version, and whether that "
            "is a stand-in, isn't recorded."
        )


def _beside(cluster: Cluster, measurements: Sequence[Measurement]) -> Iterator[str]:
    near = [one.title for one in measurements if one.counting and beside(cluster, one)]
    if near:
        yield (
            f"Load generator and {listing(near)} ran on the same node: they took CPU time from "
            "each other."
        )


def beside(cluster: Cluster, one: Measurement) -> bool | None:
    """Whether a target had a pod on a node that the load came from; None where unknown."""
    nodes = nodes_of(cluster, one)
    if not nodes or not cluster.load_nodes:
        return None
    return bool({*nodes} & {*cluster.load_nodes})


def nodes_of(cluster: Cluster, one: Measurement) -> tuple[str, ...]:
    """The nodes of a target's pods: of those at first, and of those that came later."""
    first = cluster.targets.get(one.name, Deployed()).nodes
    later = [pod.node for pod in one.timeline.pods if pod.node] if one.timeline else []
    return tuple(dict.fromkeys([*first, *later]))


def _scaled(measurements: Sequence[Measurement]) -> Iterator[str]:
    """Replicas came or went while throughputs and latencies were measured."""
    scaled = [
        f"{one.title} had {ready(one.replicas)}"
        for one in measurements
        if one.replicas and one.replicas.changed
    ]
    if scaled:
        several = len([one for one in measurements if one.counting]) > 1
        compared = ", and compares deployments, not servers" if several else ""
        yield (
            f"Replicas changed within the steady part: {listing(scaled)} ready. The whole shows "
            f"how a deployment scales, not what a server does{compared}."
        )


def ready(replicas: Replicas | None) -> str:
    """How many replicas were ready."""
    if replicas is None:
        return UNKNOWN
    if not replicas.changed:
        return whole(replicas.most)
    return f"{whole(replicas.fewest)} to {whole(replicas.most)}"


def served(cluster: Cluster, measurements: Sequence[Measurement]) -> str:
    """Where a run was made, and what served, for the first page."""
    version = f" {cluster.server_version}" if cluster.server_version else ""
    parts = [f"{one.title} was {_image(cluster, one)}" for one in measurements if one.counting]
    where = listing(cluster.load_nodes) or "a node not recorded"
    many = len(cluster.workers)
    load = f"{whole(many)} {'workers' if many > 1 else 'worker'}" if many else "one pod"
    return f"Kubernetes{version}: {'; '.join([*parts, f'the load came from {load} on {where}'])}."


def _image(cluster: Cluster, one: Measurement) -> str:
    """What image it was, by its name and digest, and on what nodes."""
    deployed = cluster.targets.get(one.name, Deployed())
    if deployed.image is None:
        return "an image not recorded"
    digest = deployed.digest
    known = f" ({shortened(digest, word=DIGEST)})" if digest else " (digest unknown)"
    where = listing(nodes_of(cluster, one)) or "a node not recorded"
    return f"the image {tail(deployed.image, IMAGE)}{known} on {where}"


def cores(value: float | None, unset: str = "none") -> str:
    """An amount of CPU; a limit that isn't told is none."""
    return unset if value is None else setting(value)
