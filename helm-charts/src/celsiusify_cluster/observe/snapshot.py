"""Describe in `cluster.json` what a run was made on; `results/README.md` has its form."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from celsiusify_cluster.kube.kubectl import Kubectl, Object
from celsiusify_cluster.kube.metrics_api import quantity
from celsiusify_cluster.load.job import INDEX_LABEL
from celsiusify_cluster.observe.samples import Workload, has_labels

DEFAULT_DOWN_S = 300
"""A HorizontalPodAutoscaler's `scaleDown.stabilizationWindowSeconds` where it names none."""


@dataclass(frozen=True)
class ClusterSnapshot:
    """The objects of Kubernetes while a load runs."""

    pods: Sequence[Object]
    nodes: Sequence[Object]
    deployments: Sequence[Object]
    scalers: Sequence[Object]

    def joined(self, later: "ClusterSnapshot") -> "ClusterSnapshot":
        """Return the union with a later snapshot; objects in both are the later ones."""
        pods, nodes = _joined(self.pods, later.pods), _joined(self.nodes, later.nodes)
        return replace(self, pods=pods, nodes=nodes)


def look(kubectl: Kubectl) -> ClusterSnapshot:
    """Take a snapshot; lists that are forbidden are empty."""
    kinds = ("pods", "nodes", "deployments", "horizontalpodautoscalers")
    return ClusterSnapshot(*(kubectl.try_items(kind) for kind in kinds))


def nodes(
    snapshot: ClusterSnapshot, load_pods: Sequence[Object], workloads: Sequence[Workload]
) -> list[Object]:
    """Return the nodes of the load and its targets."""
    used = {pod["spec"].get("nodeName") for pod in load_pods}
    for entry in workloads:
        used |= set(_nodes_of(_chosen(snapshot.pods, entry.labels)))
    return [_node(node) for node in snapshot.nodes if node["metadata"]["name"] in used]


def members(load_pods: Sequence[Object]) -> tuple[Object | None, list[Object]]:
    """Return the leader and the workers, each with its node."""
    by_index = sorted(load_pods, key=lambda pod: int(pod["metadata"]["labels"][INDEX_LABEL]))
    found = [
        {"pod": pod["metadata"]["name"], "node": pod["spec"].get("nodeName")} for pod in by_index
    ]
    return (found[0], found[1:]) if found else (None, [])


def target(
    snapshot: ClusterSnapshot, workload: Workload | None, ask: Callable[[Object], Object | None]
) -> Object:
    """Describe a target's server; `ask` lets a Deployment describe its engine."""
    pods = _chosen(snapshot.pods, workload.labels) if workload else []
    name = workload.deployment if workload else None
    deployment = next(
        (one for one in snapshot.deployments if one["metadata"]["name"] == name), None
    )
    template: Object = deployment["spec"]["template"]["spec"]["containers"][0] if deployment else {}
    resources = template.get("resources", {})
    statuses = [status for pod in pods for status in pod["status"].get("containerStatuses", ())]
    return {
        "deployment": name,
        "engine": ask(deployment) if deployment else None,
        "image": template.get("image"),
        "image_id": next((entry["imageID"] for entry in statuses if entry.get("imageID")), None),
        "cpu_request_cores": _cores(resources.get("requests", {}).get("cpu")),
        "cpu_limit_cores": _cores(resources.get("limits", {}).get("cpu")),
        "memory_limit_bytes": _bytes(resources.get("limits", {}).get("memory")),
        "nodes": sorted(_nodes_of(pods)),
        "autoscaler": _autoscaler(snapshot.scalers, name),
    }


def _joined(earlier: Iterable[Object], later: Iterable[Object]) -> list[Object]:
    return list({entry["metadata"]["name"]: entry for entry in (*earlier, *later)}.values())


def _autoscaler(scalers: Sequence[Object], deployment: str | None) -> Object | None:
    for scaler in scalers:
        spec = scaler["spec"]
        if spec["scaleTargetRef"]["name"] != deployment:
            continue
        owners = scaler["metadata"].get("ownerReferences", ())
        behavior = spec.get("behavior", {})
        return {
            "kind": next((owner["kind"] for owner in owners), "HorizontalPodAutoscaler"),
            "min": spec.get("minReplicas", 1),
            "max": spec["maxReplicas"],
            "target_cpu_percent": _cpu_target(spec.get("metrics", ())),
            "scale_up_stabilization_s": _window(behavior, "scaleUp", 0),
            "scale_down_stabilization_s": _window(behavior, "scaleDown", DEFAULT_DOWN_S),
        }
    return None


def _window(behavior: Mapping[str, Object], direction: str, default_s: int) -> int:
    named = behavior.get(direction, {}).get("stabilizationWindowSeconds")
    return default_s if named is None else int(named)


def _cpu_target(metrics: Iterable[Object]) -> int | None:
    for metric in metrics:
        resource = metric.get("resource", {})
        if resource.get("name") == "cpu":
            percent: int | None = resource.get("target", {}).get("averageUtilization")
            return percent
    return None


def _chosen(pods: Sequence[Object], labels: Mapping[str, str]) -> list[Object]:
    return [pod for pod in pods if has_labels(pod, labels)]


def _nodes_of(pods: Sequence[Object]) -> set[str]:
    return {pod["spec"]["nodeName"] for pod in pods if pod["spec"].get("nodeName")}


def _cores(amount: str | None) -> float | None:
    return quantity(amount) if amount else None


def _bytes(amount: str | None) -> int | None:
    return round(quantity(amount)) if amount else None


def _node(node: Object) -> Object:
    capacity, info = node["status"]["capacity"], node["status"]["nodeInfo"]
    return {
        "name": node["metadata"]["name"],
        "cpu_cores": _cores(capacity["cpu"]),
        "memory_bytes": _bytes(capacity["memory"]),
        "kubelet": info["kubeletVersion"],
        "container_runtime": info["containerRuntimeVersion"],
        "os_image": info["osImage"],
        "architecture": info["architecture"],
    }
