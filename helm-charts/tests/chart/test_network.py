"""The simulation of NetworkPolicies follows Kubernetes' rules."""

import pytest

from .manifests import Manifest
from .network import Peer, reaches
from .selector import selects

WEB = Peer({"app": "web"}, {"http": 8000})
LOAD = Peer({"app": "load"})
OUTSIDE = Peer(address="203.0.113.7")


def policy(selector: Manifest, **spec: object) -> Manifest:
    types = [side.capitalize() for side in spec]
    return {
        "kind": "NetworkPolicy",
        "metadata": {"name": "p"},
        "spec": {"podSelector": selector, "policyTypes": types, **spec},
    }


def test_pods_without_policies_are_open() -> None:
    assert reaches([], LOAD, WEB, 8000)


def test_empty_rules_close_a_pod() -> None:
    """A policy that selects a pod and lists nothing lets nothing in; other directions stay open."""
    closed = [policy({}, ingress=[])]
    assert not reaches(closed, LOAD, WEB, 8000)
    assert reaches(closed, WEB, OUTSIDE, 443)


@pytest.mark.parametrize(
    ("peers", "sender", "passes"),
    [
        ([{"podSelector": {"matchLabels": {"app": "load"}}}], LOAD, True),
        ([{"podSelector": {"matchLabels": {"app": "load"}}}], WEB, False),
        ([{"podSelector": {}}], Peer({"app": "load"}, namespace="other"), False),
        ([{"namespaceSelector": {}}], Peer({"app": "load"}, namespace="other"), True),
        ([{"namespaceSelector": {}}], OUTSIDE, False),
        (
            [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "m"}}}],
            Peer(namespace="m"),
            True,
        ),
        ([{"namespaceSelector": {}, "podSelector": {"matchLabels": {"x": "y"}}}], LOAD, False),
        ([{"ipBlock": {"cidr": "203.0.113.0/24"}}], OUTSIDE, True),
        ([{"ipBlock": {"cidr": "203.0.113.0/24", "except": ["203.0.113.7/32"]}}], OUTSIDE, False),
        ([{"ipBlock": {"cidr": "0.0.0.0/0"}}], LOAD, False),
        ([], OUTSIDE, True),
    ],
)
def test_peers_are_told_apart(peers: list[Manifest], sender: Peer, passes: bool) -> None:
    assert reaches([policy({}, ingress=[{"from": peers}])], sender, WEB, 8000) is passes


@pytest.mark.parametrize(
    ("ports", "port", "passes"),
    [
        ([{"port": "http"}], 8000, True),
        ([{"port": "http"}], 8080, False),
        ([{"port": "grpc"}], 8000, False),
        ([{"port": 8000, "endPort": 8010}], 8005, True),
        ([{"port": 8000, "protocol": "UDP"}], 8000, False),
        ([{"protocol": "TCP"}], 1, True),
        ([], 1, True),
    ],
)
def test_ports_are_the_receivers(ports: list[Manifest], port: int, passes: bool) -> None:
    assert reaches([policy({}, ingress=[{"ports": ports}])], LOAD, WEB, port) is passes


def test_both_ends_must_allow() -> None:
    """What the receiver takes is of no use to a sender who may send nothing."""
    opened = policy({"matchLabels": {"app": "web"}}, ingress=[{}])
    assert reaches([opened], LOAD, WEB, 8000)
    assert not reaches(
        [opened, policy({"matchLabels": {"app": "load"}}, egress=[])], LOAD, WEB, 8000
    )


def test_policies_add_up() -> None:
    """Any policy that allows is enough, whatever the others don't."""
    assert reaches([policy({}, ingress=[]), policy({}, ingress=[{}])], LOAD, WEB, 8000)


@pytest.mark.parametrize(
    ("operator", "values", "selected"),
    [
        ("In", ["a"], True),
        ("NotIn", ["a"], False),
        ("Exists", None, True),
        ("DoesNotExist", None, False),
    ],
)
def test_expressions_select(operator: str, values: list[str] | None, selected: bool) -> None:
    expression = {"key": "k", "operator": operator, "values": values}
    assert selects({"matchExpressions": [expression]}, {"k": "a"}) is selected
