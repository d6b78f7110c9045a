"""What NetworkPolicies let through, worked out as Kubernetes' documentation says it.

A pod that no policy selects for a direction is open in it; else what any of them allows is
allowed. A connection needs the sender's egress and the receiver's ingress. Addresses (ipBlock)
stand for what is outside of the cluster.
See https://kubernetes.io/docs/concepts/services-networking/network-policies/.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network

from .helm import NAMESPACE
from .manifests import Manifest, of_kind
from .selector import Labels, selects


@dataclass(frozen=True)
class Peer:
    """Who sends or receives: a pod by its labels and its namespace's, or an address outside."""

    labels: Labels = field(default_factory=dict)
    ports: Mapping[str, int] = field(default_factory=dict)
    namespace: str = NAMESPACE
    address: str | None = None
    namespace_labels: Labels = field(default_factory=dict)

    @property
    def all_namespace_labels(self) -> Labels:
        """The namespace's labels, with the one that Kubernetes adds itself."""
        return {"kubernetes.io/metadata.name": self.namespace, **self.namespace_labels}


def reaches(
    manifests: list[Manifest], sender: Peer, receiver: Peer, port: int, protocol: str = "TCP"
) -> bool:
    """Whether a connection gets through, by the policies of the release alone."""
    leaves = _allowed(manifests, sender, "Egress", receiver, receiver, port, protocol)
    return leaves and _allowed(manifests, receiver, "Ingress", sender, receiver, port, protocol)


def policies_for(manifests: list[Manifest], labels: Labels) -> list[Manifest]:
    """The NetworkPolicies that select a pod of the release's namespace."""
    policies = of_kind(manifests, "NetworkPolicy")
    return [
        policy for policy in policies if selects(policy["spec"].get("podSelector") or {}, labels)
    ]


def _allowed(
    manifests: list[Manifest],
    own: Peer,
    direction: str,
    other: Peer,
    receiver: Peer,
    port: int,
    protocol: str,
) -> bool:
    if own.address is not None or own.namespace != NAMESPACE:
        return True
    policies = [
        policy
        for policy in policies_for(manifests, own.labels)
        if direction in policy["spec"]["policyTypes"]
    ]
    rules = [rule for policy in policies for rule in policy["spec"].get(direction.lower()) or []]
    side = "from" if direction == "Ingress" else "to"
    return not policies or any(
        _peer_fits(rule.get(side), other)
        and _port_fits(rule.get("ports"), receiver, port, protocol)
        for rule in rules
    )


def _peer_fits(peers: list[Manifest] | None, other: Peer) -> bool:
    return not peers or any(_is(peer, other) for peer in peers)


def _is(peer: Manifest, other: Peer) -> bool:
    if "ipBlock" in peer:
        return other.address is not None and _within(peer["ipBlock"], other.address)
    if other.address is not None:
        return False
    if "namespaceSelector" in peer:
        here = selects(peer["namespaceSelector"] or {}, other.all_namespace_labels)
    else:
        here = other.namespace == NAMESPACE
    return here and selects(peer.get("podSelector") or {}, other.labels)


def _within(block: Manifest, address: str) -> bool:
    inside = ip_address(address) in ip_network(block["cidr"])
    return inside and not any(
        ip_address(address) in ip_network(cidr) for cidr in block.get("except") or []
    )


def _port_fits(ports: list[Manifest] | None, receiver: Peer, port: int, protocol: str) -> bool:
    """No list opens all; a name is the receiver's; endPort opens a range."""
    return not ports or any(
        entry.get("protocol", "TCP") == protocol and _opens(entry, receiver, port)
        for entry in ports
    )


def _opens(entry: Manifest, receiver: Peer, port: int) -> bool:
    opened = entry.get("port", port)
    first: int | None = receiver.ports.get(opened) if isinstance(opened, str) else opened
    if first is None:
        return False
    last: int = entry.get("endPort", first)
    return first <= port <= last
