"""Both servers are deployed alike, so that what is compared is the servers."""

from collections.abc import Iterator
from typing import Any

import pytest

from .helm import Helm
from .manifests import Manifest, of_kind, pods
from .scenarios import CHART, SERVERS
from .values_schema import Keys, block_values

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
