"""What targets.yaml says of images, ports and paths is what is deployed; nothing is typed again."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from .manifests import Manifest, Pod, of_kind, pods
from .scenarios import ROOT
from .sentences import templates

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
