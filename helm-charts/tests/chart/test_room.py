"""What kind's values ask of a machine: two cores hold the release, and let it scale."""

from pathlib import Path

import pytest

from .helm import Helm
from .manifests import Manifest, Pod, of_kind, pods, read_manifests
from .scenarios import CHART

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
