"""Read the metrics of pods, in Kubernetes' quantities: `250m` of a core, `512Mi` of memory."""

import re
import time

from celsiusify_cluster.console import Terminal
from celsiusify_cluster.errors import ClusterError
from celsiusify_cluster.kube.kubectl import Kubectl

API = "/apis/metrics.k8s.io/v1beta1"
POLL_S = 2.0


def has_metrics(kubectl: Kubectl) -> bool:
    """Return True if the cluster has metrics-server or a replacement."""
    try:
        kubectl.run("get", "--raw", API)
    except ClusterError:
        return False
    return True


def wait_for_metrics(kubectl: Kubectl, terminal: Terminal) -> None:
    """Wait until nodes have metrics.

    Raises:
        ClusterError: If no metrics appear in time.
    """
    limit_s = kubectl.limits.metrics_s
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        if kubectl.try_items("nodes.metrics.k8s.io"):
            return
        terminal.show("waiting for the first metrics")
        time.sleep(POLL_S)
    raise ClusterError(f"metrics-server has no metrics after {limit_s:g} s: see {API}/nodes")


SUFFIXES = {
    "n": 1e-9,
    "u": 1e-6,
    "m": 1e-3,
    "": 1.0,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "P": 1e15,
    "E": 1e18,
    "Ki": 2.0**10,
    "Mi": 2.0**20,
    "Gi": 2.0**30,
    "Ti": 2.0**40,
    "Pi": 2.0**50,
    "Ei": 2.0**60,
}
FORM = re.compile(r"([+-]?[\d.]+(?:[eE][+-]?\d+)?)(\D*)")


def quantity(text: str) -> float:
    """Read a quantity, in cores or bytes.

    Raises:
        ValueError: If the text isn't a quantity.
    """
    found = FORM.fullmatch(text)
    if not found or found[2] not in SUFFIXES:
        raise ValueError(f"expected a quantity like 250m or 512Mi, got {text!r}")
    return float(found[1]) * SUFFIXES[found[2]]
