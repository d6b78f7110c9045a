"""What the pipeline calls is there, and it keeps no list that stands elsewhere."""

import re
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
JOBS = WORKFLOW["jobs"]
STEPS = [step for job in JOBS.values() for step in job["steps"]]
COMMANDS = "\n".join(step.get("run", "") for step in STEPS)


TOX = ConfigParser(interpolation=None)
TOX.read(ROOT / "tox.ini")
ENVIRONMENTS = re.split(r"[,\s]+", TOX["tox"]["env_list"].strip())
"""What `tox` runs by itself."""


@pytest.mark.parametrize("call", sorted(set(re.findall(r"^make (.+)", COMMANDS, re.M))))
def test_make_can_do_what_is_asked(call: str) -> None:
    """Make knows the verb, and each variable that it is given is read somewhere."""
    makefile = (ROOT / "Makefile").read_text()
    variables = re.findall(r"([A-Z]+)=", call)
    assert [name for name in variables if not re.search(rf"\b{name}\b", makefile)] == []
    command = ["make", "--dry-run", "DOCKER=true", *call.split()]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("environment", re.findall(r"tox run -e ([\w-]+)", COMMANDS))
def test_tox_has_the_environment(environment: str) -> None:
    assert environment in ENVIRONMENTS or f"testenv:{environment}" in TOX


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_make_can_test_each_environment_alone(environment: str) -> None:
    command = ["make", "--dry-run", f"test-{environment}"]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert said.splitlines()[-1].endswith(f"tox run -e {environment}")


def test_charts_are_tested_with_what_they_deploy() -> None:
    """Their tests skip what they can't run; so a job of theirs alone sets it up first."""
    command = ["make", "--dry-run", "--always-make", "test-helm-charts"]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert "make test-$ENVIRONMENT" in COMMANDS
    for needed in ("converter-api", "tf-serving-image", "load-tests"):
        assert f"tox run -qq -r -e {needed} --notest" in said


def test_nothing_but_an_invalid_measurement_is_let_pass() -> None:
    """Exit code 3: what can't be loaded, or doesn't answer rightly, fails the job."""
    assert re.findall(r"(tox run -e \w+) .*\|\| (.*)", COMMANDS) == [
        ("tox run -e cluster", "[[ $? == 3 ]]"),
        ("tox run -e report", "[[ $? == 3 ]]"),
    ]
    assert not any("continue-on-error" in step for step in STEPS)


def test_python_is_that_of_versions_env(versions: dict[str, str]) -> None:
    given = {str(step["with"]["python-version"]) for step in STEPS if "setup-python" in str(step)}
    assert given == {versions["PYTHON_VERSION"]}


@pytest.mark.parametrize("name", JOBS)
def test_job_may_do_little_and_not_for_ever(name: str) -> None:
    assert JOBS[name]["permissions"] == {"contents": "read"}
    assert JOBS[name]["timeout-minutes"] <= 60


def test_images_are_pushed_after_all_else_and_from_main_alone() -> None:
    assert sorted(JOBS["push"]["needs"]) == sorted(set(JOBS) - {"push"})
    assert WORKFLOW[True]["push"] == {"branches": ["main"]}  # YAML 1.1 reads `on` as true
    wanted = JOBS["plan"]["steps"][-1]["env"]["PUSHES"]
    assert "github.event_name == 'push'" in wanted
    for secret in ("DOCKERHUB_USERNAME", "DOCKERHUB_TOKEN"):
        assert f"secrets.{secret} != ''" in wanted
    assert JOBS["push"]["if"] == "needs.plan.outputs.pushes == 'true'"
