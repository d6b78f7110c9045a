"""Selectors that select what they should, and go on doing so after an upgrade."""

from collections.abc import Iterator

from ..manifests import Manifest, name, of_kind, pods
from ..selector import selects

STABLE = {f"app.kubernetes.io/{key}" for key in ("name", "instance", "component")}
OWNERS = ("Deployment", "StatefulSet", "DaemonSet")


def workloads_select_their_own_pods(manifests: list[Manifest]) -> Iterator[str]:
    """A workload's selector is part of its pods' labels."""
    for pod in pods(of_kind(manifests, *OWNERS)):
        if not pod.matches(pod.owner["spec"]["selector"]["matchLabels"]):
            yield f"{pod.name} doesn't select its own pods"


def workloads_select_nobody_elses_pods(manifests: list[Manifest]) -> Iterator[str]:
    """No workload's selector takes the pods of another."""
    for owner in of_kind(manifests, *OWNERS):
        for pod in pods(manifests):
            if pod.owner is not owner and pod.matches(owner["spec"]["selector"]["matchLabels"]):
                yield f"{name(owner)} selects the pods of {pod.name}"


def selectors_are_stable(manifests: list[Manifest]) -> Iterator[str]:
    """Selectors of workloads, which can't be changed, hold only name, instance and component."""
    for owner in of_kind(manifests, *OWNERS):
        selector = owner["spec"]["selector"]["matchLabels"]
        if selector.keys() != STABLE:
            yield f"{name(owner)} selects by {', '.join(sorted(selector))}"


def budgets_and_policies_select_pods(manifests: list[Manifest]) -> Iterator[str]:
    """PodDisruptionBudgets and NetworkPolicies select pods of the release."""
    for manifest in of_kind(manifests, "PodDisruptionBudget", "NetworkPolicy"):
        spec = manifest["spec"]
        selector = spec["podSelector" if "podSelector" in spec else "selector"]
        if not any(selects(selector, pod.labels) for pod in pods(manifests)):
            yield f"{name(manifest)} selects no pod"


def spreads_select_their_own_pods(manifests: list[Manifest]) -> Iterator[str]:
    """Topology spread constraints select the pods that carry them; without a selector, none."""
    for pod in pods(manifests):
        for spread in pod.spec.get("topologySpreadConstraints") or []:
            if not spread.get("labelSelector") or not selects(spread["labelSelector"], pod.labels):
                yield f"{pod.name}: its spread over {spread['topologyKey']} selects other pods"
