"""Autoscalers, placement, and the CPU that kind has for them."""

from pathlib import Path
from typing import Any

import pytest

from ..support.helm import Helm
from ..support.manifests import Manifest, Pod, name, of_kind, pods, read_manifests
from ..support.scenarios import CHART, alone

SERVER = "converter-api"
TRIGGER = {"type": "prometheus", "metadata": {"query": "up", "threshold": "1"}}
OWN_TRIGGERS = {"engine": "keda", "targetCPUUtilizationPercentage": None}


def scaled(helm: Helm, **autoscaling: Any) -> list[Manifest]:
    return read_manifests(helm.template(CHART, values=alone(SERVER, {"autoscaling": autoscaling})))


def test_keda_takes_over_the_autoscaler_that_was_there(helm: Helm) -> None:
    """Its webhook lets it by the name of that and an annotation, else an upgrade fails.

    https://keda.sh/docs/latest/reference/scaledobject-spec/
    """
    (scaler,) = of_kind(scaled(helm), "HorizontalPodAutoscaler")
    (follower,) = of_kind(scaled(helm, engine="keda"), "ScaledObject")
    config = follower["spec"]["advanced"]["horizontalPodAutoscalerConfig"]
    assert config["name"] == scaler["metadata"]["name"]
    annotations = follower["metadata"]["annotations"]
    assert annotations["scaledobject.keda.sh/transfer-hpa-ownership"] == "true"


@pytest.mark.parametrize("count", [0, 3])
def test_a_fixed_number_of_pods_has_no_autoscaler(helm: Helm, count: int) -> None:
    values = {"autoscaling": {"enabled": False}, "replicaCount": count}
    release = read_manifests(helm.template(CHART, values=alone(SERVER, values)))
    (deployment,) = of_kind(release, "Deployment")
    assert deployment["spec"]["replicas"] == count
    assert of_kind(release, "HorizontalPodAutoscaler", "ScaledObject") == [], name(deployment)


@pytest.mark.parametrize(
    ("autoscaling", "warned"),
    [
        ({}, True),
        ({"engine": "keda"}, True),
        (OWN_TRIGGERS | {"keda": {"triggers": [TRIGGER]}}, False),
    ],
    ids=["hpa", "keda by CPU", "keda by its own"],
)
def test_notes_ask_for_metrics_where_they_are_needed(
    helm: Helm, autoscaling: dict[str, Any], warned: bool
) -> None:
    notes = helm.notes(CHART, values=alone(SERVER, {"autoscaling": autoscaling}))
    assert ("install metrics-server" in notes) is warned


PLACED = CHART / "ci" / "placement-values.yaml"
NODES = ("nodeSelector", "tolerations")


@pytest.mark.parametrize("chart", ["converter-api", "tf-serving"])
def test_tests_run_on_the_nodes_of_what_they_test(helm: Helm, chart: str) -> None:
    """There may be no other node that takes them."""
    release = read_manifests(helm.template(CHART, PLACED))
    own = {"app.kubernetes.io/name": chart}
    (server,) = (pod for pod in pods(of_kind(release, "Deployment")) if pod.matches(own))
    tests = [pod for pod in pods(of_kind(release, "Pod")) if pod.matches(own)]
    assert tests
    for test in tests:
        assert {key: test.spec[key] for key in NODES} == {key: server.spec[key] for key in NODES}


def test_loads_are_placed_by_their_own_values(helm: Helm) -> None:
    values = {"load-tests": {"nodeSelector": {"pool": "load"}, "priorityClassName": "low"}}
    release = read_manifests(helm.template(CHART, PLACED, values=values))
    for pod in pods(of_kind(release, "CronJob")):
        assert (pod.spec["nodeSelector"], pod.spec["priorityClassName"]) == (
            {"pool": "load"},
            "low",
        )


CORES_M = 2000
# What kind's own pods ask for: the API server 250, the controller manager 200, and 100 each of
# scheduler, etcd, network, two name servers and metrics-server.
KIND_M = 1050
VALUES = CHART / "values-kind.yaml"


def requested_m(pod: Pod) -> int:
    """The CPU that a pod asks for, in thousandths of a core."""
    requests = [container["resources"]["requests"]["cpu"] for container in pod.containers]
    return sum(int(cpu.removesuffix("m")) * (1 if "m" in cpu else 1000) for cpu in requests)


def needed_m(release: list[Manifest], replicas: int) -> int:
    """What so many pods of each server ask for, one more while they are replaced, and a load."""
    servers = [requested_m(pod) for pod in pods(of_kind(release, "Deployment"))]
    (load,) = {requested_m(pod) for pod in pods(of_kind(release, "CronJob"))}
    return sum(servers) * replicas + max(servers) + load


@pytest.mark.parametrize(("values", "fits"), [([VALUES], True), ([], False)], ids=["kind", "none"])
def test_two_cores_hold_a_release_that_scales(helm: Helm, values: list[Path], fits: bool) -> None:
    """Two pods of each server; the chart's own values are for larger machines."""
    release = read_manifests(helm.template(CHART, *values))
    assert (KIND_M + needed_m(release, replicas=2) <= CORES_M) is fits


def test_kind_scales_at_the_same_load(helm: Helm) -> None:
    """An autoscaler's percents are of what a pod asks for: they follow from how much less it is."""

    def aim_m(*values: Path) -> set[float]:
        release = read_manifests(helm.template(CHART, *values))
        percents = {
            scaler["spec"]["metrics"][0]["resource"]["target"]["averageUtilization"]
            for scaler in of_kind(release, "HorizontalPodAutoscaler")
        }
        asked = {requested_m(pod) for pod in pods(of_kind(release, "Deployment"))}
        return {cpu_m * percent / 100 for cpu_m in asked for percent in percents}

    assert aim_m(VALUES) == aim_m() == {250.0}
