"""A further server: one block of values, and the values that servers share."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from ..support.helm import Helm
from ..support.manifests import Manifest, name, of_kind, pods, read_manifests
from ..support.scenarios import CHART
from .local import TARGETS, program

FURTHER = CHART / "ci/fastapi-values.yaml"


@pytest.fixture
def further(helm: Helm) -> list[Manifest]:
    """A release with the further server `fastapi`."""
    return read_manifests(helm.template(CHART, FURTHER))


def targets_of(manifests: list[Manifest], config_map: str) -> dict[str, Any]:
    """Return the targets in the targets.yaml of a ConfigMap."""
    (text,) = (
        entry["data"]["targets.yaml"]
        for entry in of_kind(manifests, "ConfigMap")
        if entry["metadata"]["name"] == config_map
    )
    targets: dict[str, Any] = yaml.safe_load(text)["targets"]
    return targets


def test_further_server_has_every_object_of_the_others(further: list[Manifest]) -> None:
    names = {server: names_of(further, server) for server in ("converter-api", "fastapi")}
    assert names["fastapi"] == names["converter-api"]


def names_of(manifests: list[Manifest], server: str) -> set[str]:
    """Return kinds and names of a server's objects, with `*` for the server."""
    label = "app.kubernetes.io/name"
    return {
        name(entry).replace(server, "*")
        for entry in manifests
        if entry["metadata"]["labels"][label] == server
    }


def test_further_server_runs_what_its_block_says(further: list[Manifest]) -> None:
    own = {"app.kubernetes.io/name": "fastapi", "app.kubernetes.io/component": "server"}
    (pod,) = (pod for pod in pods(further) if pod.matches(own))
    (container,) = pod.containers
    assert container["image"] == "you/fastapi-converter:1.0.0"
    assert container["command"] == ["uvicorn", "main:app", "--host=0.0.0.0", "--port=8000"]
    assert container["env"] == [{"name": "PORT", "value": "8000"}]
    assert container["readinessProbe"]["httpGet"] == {"path": "/healthz", "port": "http"}
    assert pod.ports == {"http": 8000}


@pytest.mark.parametrize("config_map", ["celsiusify-load-tests", "celsiusify-fastapi-smoke"])
def test_further_target_is_requested_like_converter_api(
    further: list[Manifest], config_map: str
) -> None:
    targets = targets_of(further, config_map)
    assert targets.pop("fastapi") == {
        "title": "FastAPI under uvicorn",
        "chart": "fastapi",
        "ports": {"http": 8000},
        "health": "/healthz",
        "request": TARGETS["converter-api"]["request"],
        "answer": {"celsius": TARGETS["converter-api"]["answer"]["celsius"]},
        "in_all": True,
    }
    assert targets == TARGETS


def test_load_tests_read_the_further_target(further: list[Manifest], tmp_path: Path) -> None:
    python = program("load-tests", "python")
    file = tmp_path / "targets.yaml"
    file.write_text(yaml.safe_dump({"targets": targets_of(further, "celsiusify-load-tests")}))
    code = (
        "import pathlib, sys; from celsiusify_load_tests.config.targets import find_target;"
        "print(find_target(pathlib.Path(sys.argv[1]), 'fastapi').title)"
    )
    command = [python, "-c", code, str(file)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (finished.stdout, finished.stderr) == ("FastAPI under uvicorn\n", "")


def test_further_target_is_loaded_alone_and_with_all(further: list[Manifest]) -> None:
    host = "--host=fastapi=http://celsiusify-fastapi:8080"
    loads = {
        job["metadata"]["name"].removeprefix("celsiusify-load-tests-")
        for job in of_kind(further, "CronJob")
        if host in pods([job])[0].containers[0]["args"]
    }
    assert loads == {"all", "fastapi"}


def test_further_server_may_be_requested_otherwise(helm: Helm) -> None:
    target: dict[str, Any] = {
        "ports": {"http": 8000, "grpc": 9000},
        "request": {"path": "/c", "port": "grpc", "protocol": "gRPC", "body": "{}"},
        "answer": {"celsius": "c", "instance": "i"},
        "metrics": {"path": "/m", "counter": "n", "labels": {"a": "b"}},
        "inAll": False,
    }
    values = {"targets": {"own": {"target": target}}}
    manifests = read_manifests(helm.template(CHART, values=values))
    entry = targets_of(manifests, "celsiusify-load-tests")["own"]
    assert entry["request"] == {"method": "GET", **target["request"]}
    assert {key: entry[key] for key in ("ports", "answer", "metrics")} == {
        key: target[key] for key in ("ports", "answer", "metrics")
    }
    assert entry["in_all"] is False


def replicas(manifests: list[Manifest]) -> dict[str, int]:
    """Return the fixed number of replicas of each Deployment."""
    return {
        entry["metadata"]["name"]: entry["spec"]["replicas"]
        for entry in of_kind(manifests, "Deployment")
    }


def test_value_of_default_is_that_of_servers_without_their_own(helm: Helm) -> None:
    values = {
        "default": {"replicaCount": 3, "autoscaling": {"enabled": False}},
        "tf-serving": {"replicaCount": 2},
        "targets": {"own": {}},
    }
    assert replicas(read_manifests(helm.template(CHART, values=values))) == {
        "celsiusify-converter-api": 3,
        "celsiusify-own": 3,
        "celsiusify-tf-serving": 2,
    }


def test_null_in_a_block_removes_a_value_of_default(helm: Helm) -> None:
    values = {"converter-api": {"resources": {"limits": {"ephemeral-storage": None}}}}
    manifests = read_manifests(helm.template(CHART, values=values))
    limits = {
        pod.owner["metadata"]["name"]: pod.containers[0]["resources"]["limits"].keys()
        for pod in pods(of_kind(manifests, "Deployment"))
    }
    assert limits["celsiusify-converter-api"] == {"cpu", "memory"}
    assert limits["celsiusify-tf-serving"] == {"cpu", "memory", "ephemeral-storage"}
