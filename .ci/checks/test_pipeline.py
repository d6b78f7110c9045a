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
    tox = ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini")
    assert environment in re.split(r"[,\s]+", tox["tox"]["env_list"])


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
    assert "github.event_name == 'push'" in JOBS["plan"]["steps"][-1]["env"]["PUSHES"]
    assert JOBS["push"]["if"] == "needs.plan.outputs.pushes == 'true'"
