"""Load Jobs: deadlines, volumes, and files in ConfigMaps."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from ..support.helm import Helm
from ..support.manifests import Manifest, of_kind, read_manifests
from ..support.scenarios import CHART, ROOT

Profile = dict[str, Any]

PROFILES: dict[str, Profile] = yaml.safe_load(
    (ROOT / "load-tests/src/celsiusify_load_tests/config/profiles.yaml").read_text()
)
ONE_HOUR: Profile = PROFILES["reference"] | {"run_time_s": 3600}
STARTUP_S = 1800  # pods start, the generator is calibrated, targets are checked, results are sent


def load_s(profile: Profile) -> float:
    """Return how long one load of a profile lasts."""
    steps_s = sum(step["duration_s"] for step in profile.get("steps", ()))
    ramp_s = profile["users"] / profile["spawn_rate_per_s"]
    run_s = steps_s or profile["run_time_s"]
    return float(ramp_s + profile["warm_up_s"] + run_s + profile["cool_down_s"])


def targets(cron_job: Manifest) -> int:
    """Return the number of targets that a CronJob's run loads in turn."""
    (container,) = cron_job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    return sum(argument.startswith("--host=") for argument in container["args"])


@pytest.mark.parametrize(
    ("profile", "rounds"), [*((name, 10) for name in PROFILES), ("one hour", 1)]
)
def test_deadline_exceeds_a_load_of_all_targets(
    default: list[Manifest], profile: str, rounds: int
) -> None:
    load = PROFILES.get(profile, ONE_HOUR)
    for cron_job in of_kind(default, "CronJob"):
        deadline_s = cron_job["spec"]["jobTemplate"]["spec"]["activeDeadlineSeconds"]
        assert deadline_s > targets(cron_job) * rounds * load_s(load) + STARTUP_S


def test_deadline_exceeds_five_hours_of_one_target(default: list[Manifest]) -> None:
    for cron_job in of_kind(default, "CronJob"):
        deadline_s = cron_job["spec"]["jobTemplate"]["spec"]["activeDeadlineSeconds"]
        assert deadline_s > 5 * load_s(ONE_HOUR) + STARTUP_S


def test_deadline_is_the_same_for_every_load(release: list[Manifest], scenario: Path) -> None:
    """The chart computes nothing from `load`."""
    values = yaml.safe_load(scenario.read_text()) or {}
    job = values.get("load-tests", {}).get("job", {})
    for cron_job in of_kind(release, "CronJob"):
        spec = cron_job["spec"]["jobTemplate"]["spec"]
        assert spec["activeDeadlineSeconds"] == job.get("deadlineSeconds", 21_600)


KEPT = {"results": {"persistence": {"enabled": True}}}
IN_OWN = {"results": {"persistence": {"enabled": True, "existingClaim": "mine"}}}


@pytest.mark.parametrize(
    ("values", "made"),
    [
        (KEPT, ["celsiusify-load-tests-results"]),
        (IN_OWN, []),
        ({"mode": "ui"} | KEPT, []),
        ({}, []),
    ],
    ids=["jobs", "claim of one's own", "page records nothing", "default"],
)
def test_claim_is_made_for_runs(helm: Helm, values: dict[str, Any], made: list[str]) -> None:
    release = read_manifests(helm.template(CHART, values={"load-tests": values}))
    claims = of_kind(release, "PersistentVolumeClaim")
    assert [claim["metadata"]["name"] for claim in claims] == made


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
