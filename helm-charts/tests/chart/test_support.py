"""The checks of tests/support find the faults that they are for."""

import pytest

from ..support.kubernetes import invalid, versions
from ..support.manifests import Manifest, name
from ..support.network import Peer, reaches
from ..support.rules import RULES
from ..support.samples import REMOVED, Fault, put, read_faults, read_sample
from ..support.selector import selects

FAULTS = read_faults()


@pytest.fixture
def good() -> list[Manifest]:
    return read_sample("good")


@pytest.mark.parametrize("rule", RULES)
def test_rule_finds_nothing_in_a_good_release(rule: str, good: list[Manifest]) -> None:
    assert list(RULES[rule](good)) == []


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_rule_finds_its_fault(fault: Fault, good: list[Manifest]) -> None:
    (owner,) = (manifest for manifest in good if name(manifest) == fault.owner)
    put(owner, fault.path, fault.value)

    problems = list(RULES[fault.rule](good))

    assert any(fault.says in problem for problem in problems), problems


def test_every_rule_has_a_fault() -> None:
    assert {fault.rule for fault in FAULTS} == RULES.keys()


@pytest.mark.parametrize("rule", RULES)
def test_rule_says_what_it_asks(rule: str) -> None:
    assert (RULES[rule].__doc__ or "").strip()


WEB = "Deployment/r-web"
PORT = "spec.template.spec.containers.0.ports.0"
SCALER = "HorizontalPodAutoscaler/r-web"
ROUTE = "HTTPRoute/r-web"
MONITOR = "ServiceMonitor/r-web"


def manifests() -> dict[str, Manifest]:
    return {name(manifest): manifest for manifest in read_sample("good") + read_sample("scaled")}


def test_versions_reach_from_the_oldest_supported_on() -> None:
    assert versions()[0] == "1.30"
    assert len(versions()) >= 8


@pytest.mark.parametrize("version", versions())
def test_good_objects_are_valid(version: str) -> None:
    assert [fault for entry in manifests().values() for fault in invalid(entry, version)] == []


@pytest.mark.parametrize(
    ("owner", "path", "value"),
    [
        (WEB, "spec.replica", 1),
        (WEB, "spec.replicas", "1"),
        (WEB, "spec.selector", REMOVED),
        (WEB, f"{PORT}.containerport", 80),
        (SCALER, "apiVersion", "autoscaling/v2beta2"),
        (ROUTE, "spec.rules.0.backendRefs.0.port", "http"),
        (ROUTE, "spec.rules.0.backendRef", []),
        (ROUTE, "spec.parentRefs.0.name", REMOVED),
        (MONITOR, "spec.endpoints.0.interval", "15 s"),
        (MONITOR, "spec.endpoints.0.paths", "/"),
        (MONITOR, "spec.selector", REMOVED),
        ("ScaledObject/r-web", "spec.triggers.0.type", REMOVED),
        ("ScaledObject/r-web", "spec.maxReplicas", 5),
        ("GRPCRoute/r-web", "spec.rules.0.matches.0.method.service", "/tensorflow"),
    ],
)
def test_faults_are_found(owner: str, path: str, value: object) -> None:
    manifest = manifests()[owner]
    put(manifest, path, value)
    assert list(invalid(manifest, versions()[-1])) != []


WEB_POD = Peer({"app": "web"}, {"http": 8000})
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
    assert reaches([], LOAD, WEB_POD, 8000)


def test_empty_rules_close_a_pod() -> None:
    """A policy that selects a pod and lists nothing lets nothing in; other directions stay open."""
    closed = [policy({}, ingress=[])]
    assert not reaches(closed, LOAD, WEB_POD, 8000)
    assert reaches(closed, WEB_POD, OUTSIDE, 443)


@pytest.mark.parametrize(
    ("peers", "sender", "passes"),
    [
        ([{"podSelector": {"matchLabels": {"app": "load"}}}], LOAD, True),
        ([{"podSelector": {"matchLabels": {"app": "load"}}}], WEB_POD, False),
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
    assert reaches([policy({}, ingress=[{"from": peers}])], sender, WEB_POD, 8000) is passes


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
    assert reaches([policy({}, ingress=[{"ports": ports}])], LOAD, WEB_POD, port) is passes


def test_both_ends_must_allow() -> None:
    """What the receiver takes is of no use to a sender who may send nothing."""
    opened = policy({"matchLabels": {"app": "web"}}, ingress=[{}])
    assert reaches([opened], LOAD, WEB_POD, 8000)
    assert not reaches(
        [opened, policy({"matchLabels": {"app": "load"}}, egress=[])], LOAD, WEB_POD, 8000
    )


def test_policies_add_up() -> None:
    """Any policy that allows is enough, whatever the others don't."""
    assert reaches([policy({}, ingress=[]), policy({}, ingress=[{}])], LOAD, WEB_POD, 8000)


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
