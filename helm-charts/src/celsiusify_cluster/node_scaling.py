"""Clusters that add a node for a pod which fits none: that takes minutes, and isn't a fault."""

from celsiusify_cluster.kubectl import Kubectl

COMING = {
    "TriggeredScaleUp",  # of Cluster Autoscaler, and so of GKE's Autopilot
    "Nominated",  # of Karpenter
}
"""The reasons of a pod's events that say so."""


def node_is_coming(kubectl: Kubectl, pod: str) -> bool:
    """Is a node being added for a pod, as far as may be asked?"""
    return any(event.get("reason") in COMING for event in kubectl.events_of(pod))
