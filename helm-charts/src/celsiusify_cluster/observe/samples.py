"""Make rows of `<target>_scale.csv` and `<target>_pods.csv` from Kubernetes objects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from celsiusify_cluster.kube.kubectl import Kubectl, Object
from celsiusify_cluster.kube.metrics_api import quantity

Cell = int | float | str | None
Row = list[Cell]

SCALE_COLUMNS = ("time_ns", "desired", "replicas", "ready", "hpa_cpu_percent", "hpa_desired")
POD_COLUMNS = (
    "time_ns",
    "pod",
    "node",
    "created_ns",
    "ready_ns",
    "ready",
    "cpu_cores",
    "cpu_at_ns",
    "memory_bytes",
)
TIMES = frozenset({"time_ns"})
"""The columns whose times are our own clock's; the others are Kubernetes' own."""


@dataclass(frozen=True)
class Metric:
    """A pod's usage as metrics-server reports it."""

    cpu_cores: float
    cpu_at_ns: int
    memory_bytes: int


def scale_row(time_ns: int, deployment: Object | None, scaler: Object | None) -> Row:
    """Return the current and the desired number of replicas."""
    status = (deployment or {}).get("status", {})
    counts: Row = [None, None, None]
    if deployment is not None:
        desired = deployment["spec"].get("replicas", 1)
        counts = [desired, status.get("replicas", 0), status.get("readyReplicas", 0)]
    scaling = (scaler or {}).get("status", {})
    # An autoscaler that hasn't looked yet says 0, which none ever wants.
    return [time_ns, *counts, cpu_percent(scaler), scaling.get("desiredReplicas") or None]


def cpu_percent(scaler: Object | None) -> int | None:
    """Return the CPU usage that an autoscaler sees, in percent of the requests."""
    for metric in (scaler or {}).get("status", {}).get("currentMetrics") or ():
        resource = metric.get("resource", {})
        if resource.get("name") == "cpu":
            percent: int | None = resource.get("current", {}).get("averageUtilization")
            return percent
    return None


def pod_row(time_ns: int, pod: Object, metric: Metric | None) -> Row:
    """Return a pod's state and usage."""
    conditions = pod["status"].get("conditions", ())
    ready: Object = next((entry for entry in conditions if entry["type"] == "Ready"), {})
    is_ready = ready.get("status") == "True"
    return [
        time_ns,
        pod["metadata"]["name"],
        pod["spec"].get("nodeName"),
        nanoseconds(pod["metadata"].get("creationTimestamp")),
        nanoseconds(ready.get("lastTransitionTime")) if is_ready else None,
        int(is_ready),
        metric.cpu_cores if metric else None,
        metric.cpu_at_ns if metric else None,
        metric.memory_bytes if metric else None,
    ]


def metrics_by_pod(items: Sequence[Object]) -> dict[str, Metric]:
    """Read the answer of metrics.k8s.io: the sum over each pod's containers."""
    found = {}
    for item in items:
        usage = [container["usage"] for container in item["containers"]]
        at_ns = nanoseconds(item["timestamp"])
        assert at_ns is not None
        found[item["metadata"]["name"]] = Metric(
            round(sum(quantity(entry["cpu"]) for entry in usage), 9),
            at_ns,
            round(sum(quantity(entry["memory"]) for entry in usage)),
        )
    return found


def nanoseconds(stamp: str | None) -> int | None:
    """Return a time of Kubernetes in nanoseconds since the Unix epoch."""
    if not stamp:
        return None
    return round(datetime.fromisoformat(stamp).timestamp() * 1e6) * 1000


def has_labels(content: Object, selector: Mapping[str, str]) -> bool:
    """Return True if an object has all these labels."""
    labels = content["metadata"].get("labels", {})
    return all(labels.get(key) == value for key, value in selector.items())


@dataclass(frozen=True)
class Workload:
    """A target's Deployment, and the labels of its pods."""

    target: str
    deployment: str
    labels: Mapping[str, str]


def find_workloads(kubectl: Kubectl, urls: Mapping[str, str]) -> list[Workload]:
    """Find the Deployments behind the URLs; a target outside the cluster has none.

    Args:
        kubectl: The cluster.
        urls: By target, e.g. `http://celsiusify-tf-serving:8080`.
    """
    services = {entry["metadata"]["name"]: entry for entry in kubectl.try_items("services")}
    deployments = kubectl.try_items("deployments")
    workloads = []
    for target, url in urls.items():
        name = (urlsplit(url).hostname or "").partition(".")[0]
        labels = services.get(name, {}).get("spec", {}).get("selector")
        workloads += [
            Workload(target, deployment["metadata"]["name"], labels)
            for deployment in deployments
            if labels and has_labels(deployment["spec"]["template"], labels)
        ]
    return workloads
