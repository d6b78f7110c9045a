"""Write what served the targets of a run in a cluster."""

from collections.abc import Sequence

from celsiusify_reporting.inputs.cluster_json import Cluster, Deployed
from celsiusify_reporting.narrative.formatting import listing, shortened, tail, whole
from celsiusify_reporting.narrative.templates import Choice, choose
from celsiusify_reporting.stats.model import Measurement
from celsiusify_reporting.stats.scaling.nodes import nodes_of

DIGEST = 19  # the letters of a digest that tell images apart
IMAGE = 90  # the longest name of an image that a line holds
SERVED = Choice("version", {None: "Kubernetes: {parts}."}, "Kubernetes {version}: {parts}.")
ORIGIN = "the load came from {load} on {nodes}"
LOAD = Choice("workers", {0: "one pod", 1: "{workers} worker"}, "{workers} workers")
IMAGES = Choice(
    "image",
    {None: "{title} was an image not recorded"},
    Choice(
        "digest",
        {None: "{title} was the image {image} (digest unknown) on {nodes}"},
        "{title} was the image {image} ({digest}) on {nodes}",
    ),
)
UNKNOWN_NODE = "a node not recorded"


def served(cluster: Cluster, measurements: Sequence[Measurement]) -> str:
    """Return where a run was made, and the image of each target."""
    targets = [_image(cluster, measurement) for measurement in measurements if measurement.counting]
    workers = len(cluster.workers)
    origin = ORIGIN.format(
        load=choose(LOAD, {"workers": workers}).format(workers=whole(workers)),
        nodes=listing(cluster.load_nodes) or UNKNOWN_NODE,
    )
    return choose(SERVED, {"version": cluster.server_version}).format(
        version=cluster.server_version, parts="; ".join([*targets, origin])
    )


def _image(cluster: Cluster, measurement: Measurement) -> str:
    deployed = cluster.targets.get(measurement.name, Deployed())
    digest = deployed.digest
    template = choose(IMAGES, {"image": deployed.image, "digest": digest})
    return template.format(
        title=measurement.title,
        image=tail(deployed.image or "", IMAGE),
        digest=shortened(digest or "", word=DIGEST),
        nodes=listing(nodes_of(cluster, measurement)) or UNKNOWN_NODE,
    )
