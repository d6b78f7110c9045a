"""NetworkPolicies that are there for every pod, and say what they mean."""

from collections.abc import Iterator

from ..manifests import Manifest, name, of_kind, pods
from ..network import policies_for

DIRECTIONS = {"Ingress", "Egress"}


def pods_are_closed_both_ways(manifests: list[Manifest]) -> Iterator[str]:
    """Where there are NetworkPolicies, each pod is subject to some in both directions."""
    if not of_kind(manifests, "NetworkPolicy"):
        return
    for pod in pods(manifests):
        closed = {
            direction
            for policy in policies_for(manifests, pod.labels)
            for direction in policy["spec"]["policyTypes"]
        }
        for direction in sorted(DIRECTIONS - closed):
            yield f"{pod.name}: no NetworkPolicy for {direction}"


def policies_name_their_directions(manifests: list[Manifest]) -> Iterator[str]:
    """A NetworkPolicy says its directions: Kubernetes would tell them from its rules."""
    for policy in of_kind(manifests, "NetworkPolicy"):
        if not policy["spec"].get("policyTypes"):
            yield f"{name(policy)} has no policyTypes"


def policies_open_ports_that_exist(manifests: list[Manifest]) -> Iterator[str]:
    """The ports that a NetworkPolicy opens for entry are ports of some pod that it selects."""
    for policy in of_kind(manifests, "NetworkPolicy"):
        selected = [pod for pod in pods(manifests) if policy in policies_for([policy], pod.labels)]
        there = {port for pod in selected for port in (*pod.ports, *pod.ports.values())}
        for rule in policy["spec"].get("ingress") or []:
            for port in rule.get("ports") or []:
                if port["port"] not in there:
                    yield f"{name(policy)} opens {port['port']}, which no pod of it has"
