"""Autoscalers of both kinds, and how one follows the other."""

from typing import Any

import pytest

from .helm import Helm
from .manifests import Manifest, name, of_kind, read_manifests
from .scenarios import CHART, alone

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
