"""Files in ConfigMaps are the repository's own, byte for byte, and all that they should be."""

import json
from pathlib import Path

import pytest
import yaml

from .helm import Helm
from .manifests import of_kind, read_manifests
from .scenarios import CHART, ROOT

OWN = yaml.safe_load((CHART / "ci" / "configmap-values.yaml").read_text())
SMOKE = CHART / "files" / "smoke.py"
WORKSPACE = {"targets.yaml", "reference-points.csv"}
CONFIG_MAPS = CHART / "ci" / "configmap-values.yaml"


@pytest.fixture
def data(helm: Helm) -> dict[str, dict[str, str]]:
    """What each ConfigMap holds, by its name without the release's."""
    config_maps = of_kind(read_manifests(helm.template(CHART, CONFIG_MAPS)), "ConfigMap")
    return {one["metadata"]["name"].removeprefix("celsiusify-"): one["data"] for one in config_maps}


def text_of(folder: Path, names: set[str]) -> dict[str, str]:
    return {name: (folder / name).read_text() for name in names}


def test_load_tests_work_in_the_workspace(data: dict[str, dict[str, str]]) -> None:
    spec = data["load-tests"].pop("load.json")
    assert json.loads(spec) == {"connection": "rotate:100", "profile": "reference"}
    assert data["load-tests"] == text_of(ROOT, WORKSPACE)


def test_only_what_a_user_overrides_is_mounted(data: dict[str, dict[str, str]]) -> None:
    """All else of the load tests is the image's."""
    own = {"main.py": OWN["load-tests"]["files"]["locustfile"]}
    assert data["load-tests-locustfile"] == own
    assert "load-tests-lib" not in data


@pytest.mark.parametrize("chart", ["converter-api", "tf-serving"])
def test_smoke_tests_ask_as_targets_are_asked(data: dict[str, dict[str, str]], chart: str) -> None:
    assert data[f"{chart}-smoke"] == {
        "smoke.py": SMOKE.read_text(),
        "targets.yaml": (ROOT / "targets.yaml").read_text(),
    }


def test_changed_files_restart_pods(helm: Helm) -> None:
    """Deployments that mount a ConfigMap of ours carry a checksum of it."""
    values = {"load-tests": {"mode": "ui", "workers": 1}}
    manifests = read_manifests(helm.template(CHART, CONFIG_MAPS, values=values))
    pods = [one["spec"]["template"] for one in of_kind(manifests, "Deployment")]
    mounting = [pod for pod in pods if any("configMap" in one for one in pod["spec"]["volumes"])]
    assert len(mounting) == 2
    for pod in mounting:
        assert any(key.startswith("checksum/") for key in pod["metadata"]["annotations"])
