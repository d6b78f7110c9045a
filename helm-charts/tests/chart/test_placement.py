"""Pods run where the values say."""

import pytest

from .helm import Helm
from .manifests import of_kind, pods, read_manifests
from .scenarios import CHART

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
