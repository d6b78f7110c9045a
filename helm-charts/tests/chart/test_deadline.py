"""The deadline of load Jobs: longer than any load that the documentation names."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from .manifests import Manifest, of_kind
from .scenarios import ROOT

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
