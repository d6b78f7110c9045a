"""Servers: facts of targets.yaml, parity, and environment variables."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ..support.helm import Helm
from ..support.manifests import Manifest, Pod, of_kind, pods
from ..support.scenarios import CHART, ROOT, SERVERS
from ..support.sentences import templates
from ..support.values_schema import Keys, block_values

TARGETS: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "targets.yaml").read_text())["targets"]


@pytest.fixture(params=TARGETS)
def target(request: pytest.FixtureRequest) -> dict[str, Any]:
    return TARGETS[request.param]


@pytest.fixture
def server(default: list[Manifest], target: dict[str, Any]) -> Pod:
    """The pod that serves a target."""
    labels = {"app.kubernetes.io/name": target["chart"], "app.kubernetes.io/component": "server"}
    (pod,) = (pod for pod in pods(default) if pod.matches(labels))
    return pod


def services(default: list[Manifest], server: Pod) -> dict[bool, Manifest]:
    """The Services of a server, by whether they are headless."""
    own = [one for one in of_kind(default, "Service") if server.matches(one["spec"]["selector"])]
    return {one["spec"].get("clusterIP") == "None": one for one in own}


def test_image_is_the_targets(server: Pod, target: dict[str, Any]) -> None:
    (container,) = server.containers
    assert container["image"].rpartition(":")[0] == target["image"]


def test_pods_can_be_asked_what_serves_by_the_targets_command(
    default: list[Manifest], server: Pod, target: dict[str, Any]
) -> None:
    (deployment,) = (
        one
        for one in of_kind(default, "Deployment")
        if server.matches(one["spec"]["selector"]["matchLabels"])
    )
    named = deployment["metadata"]["annotations"]["celsiusify.dev/describe"]
    assert target["describe"].endswith(f"/{named}")
    assert named.split() == [Path(named.split()[0]).name, "describe"]


def test_ports_are_the_targets(server: Pod, target: dict[str, Any]) -> None:
    assert server.ports == target["ports"]


def test_probes_ask_for_the_targets_health(server: Pod, target: dict[str, Any]) -> None:
    (container,) = server.containers
    for probe in ("startupProbe", "readinessProbe"):
        assert container[probe]["httpGet"] == {"path": target["health"], "port": "http"}


def test_service_has_one_port_for_all_targets(
    default: list[Manifest], server: Pod, target: dict[str, Any]
) -> None:
    """The load asks each target on port 8080, by name, whatever the container listens on."""
    (port,) = (
        port for port in services(default, server)[False]["spec"]["ports"] if port["name"] == "http"
    )
    assert (port["port"], port["targetPort"]) == (8080, "http")


def test_headless_service_has_the_targets_ports(
    default: list[Manifest], server: Pod, target: dict[str, Any]
) -> None:
    ports = services(default, server)[True]["spec"]["ports"]
    assert {port["name"]: port["port"] for port in ports} == target["ports"]


def test_grpc_is_told_from_http(default: list[Manifest]) -> None:
    """Proxies would speak HTTP/1.1 to a port that doesn't say otherwise."""
    for service in of_kind(default, "Service"):
        for port in service["spec"].get("ports") or []:
            if port["name"] == "grpc":
                assert port["appProtocol"] == "kubernetes.io/h2c"


def test_each_target_is_tested(default: list[Manifest]) -> None:
    """`helm test` asks every target, named by it."""
    tests = [
        pod for pod in pods(default) if pod.labels.get("app.kubernetes.io/component") == "test"
    ]
    asked = {word for pod in tests for word in (pod.containers[0].get("args") or [])}
    assert TARGETS.keys() <= asked


def test_nothing_of_targets_is_typed_again() -> None:
    """Templates hold no port, path or image of a target."""
    facts = set()
    for target in TARGETS.values():
        facts |= {target["health"], target["image"], target["metrics"]["path"]}
        facts |= {str(port) for port in target["ports"].values() if port != 8080}
    for text in templates():
        assert [fact for fact in facts if fact in text] == []


# Sections that only one server has, or that each has its own of, and why.
OWN_SHAPE = {
    "server": "each has its own settings",
    "model": "only TensorFlow Serving has a model",
    "grpcRoute": "only TensorFlow Serving speaks gRPC",
}
# Values that differ, and why.
OWN_VALUES = {
    "lifecycle.preStopSeconds": "clients of gRPC look names up again only after 30 s",
    "probes.startup.periodSeconds": "loading TensorFlow takes longer",
    "resources.limits.memory": "TensorFlow is larger",
    "resources.requests.memory": "TensorFlow is larger",
    "shareProcessNamespace": "TensorFlow Serving ignores SIGTERM as process 1",
    "terminationGracePeriodSeconds": "it follows from how each stops",
}


def shared(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key not in OWN_SHAPE}


def flat(values: Any, keys: Keys = ()) -> Iterator[tuple[str, Any]]:
    if isinstance(values, dict) and values:
        for key, below in values.items():
            yield from flat(below, (*keys, key))
    else:
        yield ".".join(keys), values


def test_values_have_the_same_shape() -> None:
    ours, theirs = (dict(flat(shared(block_values(name)))) for name in SERVERS)
    assert ours.keys() == theirs.keys()


def test_values_differ_only_where_there_is_a_reason() -> None:
    """And each reason is still needed."""
    ours, theirs = (dict(flat(shared(block_values(name)))) for name in SERVERS)
    assert {key for key in ours if ours[key] != theirs[key]} == OWN_VALUES.keys()


def test_each_section_of_its_own_is_there() -> None:
    sections = {section for name in SERVERS for section in block_values(name)}
    assert sections >= OWN_SHAPE.keys()


def servers(manifests: list[Manifest], kind: str) -> list[Manifest]:
    """The objects of a kind that each server has, converter first."""
    named = {one["metadata"]["name"]: one for one in of_kind(manifests, kind)}
    return [named[f"celsiusify-{server}"] for server in SERVERS]


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("HorizontalPodAutoscaler", ["spec", "metrics"]),
        ("HorizontalPodAutoscaler", ["spec", "behavior"]),
        ("HorizontalPodAutoscaler", ["spec", "minReplicas"]),
        ("HorizontalPodAutoscaler", ["spec", "maxReplicas"]),
        ("PodDisruptionBudget", ["spec", "maxUnavailable"]),
        ("Deployment", ["spec", "strategy"]),
        ("Deployment", ["spec", "template", "spec", "securityContext"]),
        ("ServiceAccount", ["automountServiceAccountToken"]),
        ("NetworkPolicy", ["spec", "policyTypes"]),
    ],
)
def test_objects_are_alike(default: list[Manifest], kind: str, path: list[str]) -> None:
    ours, theirs = servers(default, kind)
    for key in path:
        ours, theirs = ours[key], theirs[key]
    assert ours == theirs


def test_containers_get_the_same(default: list[Manifest]) -> None:
    """CPU, requested and limited alike, and security."""
    (ours,), (theirs,) = (pod.containers for pod in pods(servers(default, "Deployment")))
    assert ours["securityContext"] == theirs["securityContext"]
    cpu = {one["resources"][key]["cpu"] for one in (ours, theirs) for key in ("requests", "limits")}
    assert len(cpu) == 1


@pytest.mark.parametrize(
    "resources", [{"limits": {"cpu": "1"}}, {"requests": {"cpu": "100m"}}], ids=str
)
def test_unequal_servers_are_possible_but_said(helm: Helm, resources: dict[str, Any]) -> None:
    values = {"parity": {"allowUnequalCpu": True}, "tf-serving": {"resources": resources}}
    assert "isn't fair" in helm.notes(CHART, values=values)


def test_equal_servers_are_compared_fairly(helm: Helm) -> None:
    assert "isn't fair" not in helm.notes(CHART)


def test_one_server_alone_needs_no_equal(helm: Helm) -> None:
    """There is nothing to compare with."""
    off = {"enabled": False}
    larger = {"resources": {"limits": {"cpu": 2}}}
    values = {"converter-api": off, "load-tests": off, "tf-serving": larger}
    assert "cpu: 2" in helm.template(CHART, values=values)


PREFIX = "CELSIUSIFY_"
SETTINGS = ROOT / "converter-api/src/celsiusify_converter_api/config.py"
LOAD_TESTS = ROOT / "load-tests/src/celsiusify_load_tests"
OPTIONS = LOAD_TESTS / "generator/options.py"


def fields(file: Path, name: str) -> set[str]:
    """Return the names of a class's fields."""
    classes = [node for node in ast.walk(ast.parse(file.read_text())) if _is_class(node, name)]
    (body,) = [node.body for node in classes if isinstance(node, ast.ClassDef)]
    targets = [node.target for node in body if isinstance(node, ast.AnnAssign)]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _is_class(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.ClassDef) and node.name == name


def variables(manifests: list[Manifest], component: str, name: str = "") -> set[str]:
    """Return the variables of the project that pods of a component get."""
    return {
        entry["name"]
        for pod in pods(manifests)
        if _is_of(pod, component, name)
        for container in pod.containers
        for entry in container.get("env") or []
        if entry["name"].startswith(PREFIX)
    }


def _is_of(pod: Pod, component: str, name: str) -> bool:
    labels = {"app.kubernetes.io/component": component}
    return pod.matches(labels | ({"app.kubernetes.io/name": name} if name else {}))


def test_converter_api_has_every_setting(default: list[Manifest]) -> None:
    known = {PREFIX + field.upper() for field in fields(SETTINGS, "Settings")}
    set_by_chart = variables(default, "server", "converter-api")
    assert set_by_chart
    assert set_by_chart <= known


def test_load_tests_read_every_variable(release: list[Manifest]) -> None:
    """Options of the locustfile are read by prefix, others by their whole name."""
    text = "".join(file.read_text() for file in sorted(LOAD_TESTS.rglob("*.py")))
    known = {PREFIX + field.upper() for field in fields(OPTIONS, "Options")}
    known |= set(re.findall(rf"\b{PREFIX}[A-Z_]+\b", text))
    assert variables(release, "load") <= known
