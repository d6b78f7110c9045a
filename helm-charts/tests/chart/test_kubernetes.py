"""The schemas find what is wrong with an object, strictly."""

import pytest

from .kubernetes import invalid, versions
from .manifests import Manifest, name
from .samples import REMOVED, put, read_sample

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
