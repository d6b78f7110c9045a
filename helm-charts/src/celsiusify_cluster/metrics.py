"""Does the cluster tell what pods use? Without that no autoscaler can scale."""

import time

from celsiusify_cluster.errors import ClusterError
from celsiusify_cluster.kubectl import Kubectl
from celsiusify_cluster.terminal import Terminal

API = "/apis/metrics.k8s.io/v1beta1"
TIMEOUT_S = 240
POLL_S = 2.0


def has_metrics(kubectl: Kubectl) -> bool:
    """Is there a metrics-server, or what stands in for it?"""
    try:
        kubectl.run("get", "--raw", API)
    except ClusterError:
        return False
    return True


def await_metrics(kubectl: Kubectl, terminal: Terminal) -> None:
    """Wait until nodes have figures.

    Raises:
        ClusterError: If none come.
    """
    deadline = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline:
        if kubectl.try_items("nodes.metrics.k8s.io"):
            return
        terminal.show("waiting for the first metrics")
        time.sleep(POLL_S)
    raise ClusterError(f"metrics-server tells nothing after {TIMEOUT_S} s: see {API}/nodes")
