"""The cluster nodes of targets and of the load generator."""

from celsiusify_reporting.inputs.cluster_json import Cluster, Deployed
from celsiusify_reporting.stats.model import Measurement


def nodes_of(cluster: Cluster, measurement: Measurement) -> tuple[str, ...]:
    """Return the nodes of a target's first and later pods."""
    first = cluster.targets.get(measurement.name, Deployed()).nodes
    pods = measurement.timeline.pods if measurement.timeline else ()
    later = [pod.node for pod in pods if pod.node]
    return tuple(dict.fromkeys([*first, *later]))


def shares_node(cluster: Cluster, measurement: Measurement) -> bool | None:
    """Return True if a target and the load generator ran on one node; None if unknown."""
    nodes = nodes_of(cluster, measurement)
    if not nodes or not cluster.load_nodes:
        return None
    return bool({*nodes} & {*cluster.load_nodes})
