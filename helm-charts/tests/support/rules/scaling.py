"""Autoscalers and disruption budgets that can do their work."""

from collections.abc import Iterator

from ..manifests import Manifest, name, of_kind, pods

SCALERS = ("HorizontalPodAutoscaler", "ScaledObject")


def autoscalers_have_a_target(manifests: list[Manifest]) -> Iterator[str]:
    """An autoscaler's target is a workload of the release."""
    there = set(map(name, of_kind(manifests, "Deployment", "StatefulSet")))
    for scaler in of_kind(manifests, *SCALERS):
        if _target(scaler) not in there:
            yield f"{name(scaler)}: no {_target(scaler)}"


def workloads_have_one_autoscaler(manifests: list[Manifest]) -> Iterator[str]:
    """A workload has one autoscaler: KEDA makes an HPA of its own, and two would fight."""
    targets = [_target(scaler) for scaler in of_kind(manifests, *SCALERS)]
    for target in set(targets):
        if targets.count(target) > 1:
            yield f"{target} has {targets.count(target)} autoscalers"


def autoscaled_workloads_leave_replicas_out(manifests: list[Manifest]) -> Iterator[str]:
    """A workload with an autoscaler names no `replicas`: upgrades would undo what was scaled."""
    targets = {_target(scaler) for scaler in of_kind(manifests, *SCALERS)}
    for workload in of_kind(manifests, "Deployment", "StatefulSet"):
        if name(workload) in targets and "replicas" in workload["spec"]:
            yield f"{name(workload)} names replicas beside an autoscaler"


def autoscalers_have_room(manifests: list[Manifest]) -> Iterator[str]:
    """An autoscaler's least is no more than its most."""
    for scaler in of_kind(manifests, *SCALERS):
        least, most = _bounds(scaler)
        if not 0 <= least <= most:
            yield f"{name(scaler)} scales from {least} to {most}"


def utilization_has_requests(manifests: list[Manifest]) -> Iterator[str]:
    """Utilization is a share of what every container requests: without requests, nothing scales."""
    for scaler in of_kind(manifests, *SCALERS):
        for pod in pods(manifests):
            for resource in _utilized(scaler) if pod.name == _target(scaler) else ():
                for container in pod.spec["containers"]:
                    if resource not in ((container.get("resources") or {}).get("requests") or {}):
                        yield f"{name(scaler)}: {container['name']} requests no {resource}"


def budgets_let_nodes_drain(manifests: list[Manifest]) -> Iterator[str]:
    """A disruption budget allows at least one pod to go, however few the autoscaler keeps."""
    for budget in of_kind(manifests, "PodDisruptionBudget"):
        spec = budget["spec"]
        if spec.get("maxUnavailable") in (0, "0%"):
            yield f"{name(budget)} lets no pod go"
        for least in _least_replicas(manifests, budget):
            if spec.get("minAvailable") == "100%" or _count(spec.get("minAvailable")) >= max(
                least, 1
            ):
                yield f"{name(budget)} blocks a node's drain at {least} replicas"


def _target(scaler: Manifest) -> str:
    target = scaler["spec"]["scaleTargetRef"]
    return f"{target.get('kind', 'Deployment')}/{target['name']}"


def _bounds(scaler: Manifest) -> tuple[int, int]:
    spec = scaler["spec"]
    if scaler["kind"] == "ScaledObject":
        return spec.get("minReplicaCount", 0), spec.get("maxReplicaCount", 100)
    return spec.get("minReplicas", 1), spec["maxReplicas"]


def _utilized(scaler: Manifest) -> list[str]:
    if scaler["kind"] == "ScaledObject":
        triggers = scaler["spec"]["triggers"]
        return [trigger["type"] for trigger in triggers if trigger["type"] in ("cpu", "memory")]
    metrics = [
        metric["resource"] for metric in scaler["spec"]["metrics"] if metric["type"] == "Resource"
    ]
    return [metric["name"] for metric in metrics if metric["target"]["type"] == "Utilization"]


def _count(available: int | str | None) -> int:
    return available if isinstance(available, int) else 0


def _least_replicas(manifests: list[Manifest], budget: Manifest) -> Iterator[int]:
    for pod in pods(of_kind(manifests, "Deployment", "StatefulSet")):
        if pod.matches(budget["spec"]["selector"]["matchLabels"]):
            scalers = [
                scaler for scaler in of_kind(manifests, *SCALERS) if _target(scaler) == pod.name
            ]
            yield _bounds(scalers[0])[0] if scalers else pod.owner["spec"].get("replicas", 1)
