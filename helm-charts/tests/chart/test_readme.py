"""Commands of the READMEs: they render, and the objects that they name exist."""

import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from .helm import Helm
from .manifests import Manifest, name, pods, read_manifests
from .scenarios import CHART, ROOT

FILES = [
    CHART / "README.md",
    CHART / "docs/servers.md",
    CHART / "docs/load-tests.md",
    CHART / "deliveryhero-locust-values.yaml",
]
COMMAND = re.compile(r"^[$#] +((?:helm|kubectl) .+)$", re.MULTILINE)
OBJECT = re.compile(r"\b(cronjob|service)/(\S+)")
EXAMPLE = re.compile(r"^```yaml\n(.+?)^```$", re.MULTILINE | re.DOTALL)
FURTHER = CHART / "ci/fastapi-values.yaml"
VALUES = ("--set", "--set-json", "--values")
PAGE = {"load-tests": {"mode": "ui", "workers": 1}}
HELM = ("helm install", "helm upgrade")


def commands(file: Path) -> list[str]:
    """The commands of helm and kubectl in a file, each on one line."""
    text = re.sub(r"\\\n#? *", "", file.read_text())
    return [command.partition("  #")[0] for command in COMMAND.findall(text)]


def installs() -> list[str]:
    """Those that install or upgrade a chart of ours."""
    every = [command for file in FILES for command in commands(file)]
    return [command for command in every if command.startswith(HELM) and charts(command)]


def charts(command: str) -> list[Path]:
    """The charts of ours that a command names."""
    return [ROOT / word for word in shlex.split(command) if (ROOT / word / "Chart.yaml").exists()]


def rendered(helm: Helm, command: str) -> list[Manifest]:
    """What a command installs, by its chart and its values."""
    (chart,) = charts(command)
    pairs = pairwise(shlex.split(command))
    options = [f"{option}={_path(value)}" for option, value in pairs if option in VALUES]
    return read_manifests(helm.template(chart, options=options))


def _path(value: str) -> str:
    """Return the absolute path of a file of the repository; other text as it is."""
    return str(ROOT / value) if (ROOT / value).is_file() else value


@pytest.mark.parametrize("command", installs())
def test_command_renders(helm: Helm, command: str) -> None:
    assert rendered(helm, command)


@pytest.mark.parametrize("command", [command for command in installs() if "image" in command])
def test_all_images_come_from_where_it_says(helm: Helm, command: str) -> None:
    """Those of tests, too."""
    release = rendered(helm, command)
    images = {container["image"] for pod in pods(release) for container in pod.containers}
    assert {image.rpartition("/")[0] for image in images} == {"docker.io/you"}


def test_objects_that_are_named_are_there(helm: Helm, default: list[Manifest]) -> None:
    page = read_manifests(helm.template(CHART, values=PAGE))
    further = read_manifests(helm.template(CHART, FURTHER))
    there = {name(manifest).lower() for manifest in [*default, *page, *further]}
    named = {
        f"{kind}/{own}"
        for file in FILES
        for command in commands(file)
        for kind, own in OBJECT.findall(command)
    }
    assert named
    assert named - there == set()


def test_example_of_a_further_server_is_a_scenario() -> None:
    """The scenario is rendered, and its objects are checked, like all others."""
    block = yaml.safe_dump(yaml.safe_load(FURTHER.read_text()))
    examples = EXAMPLE.findall((CHART / "docs/servers.md").read_text())
    assert [yaml.safe_dump(yaml.safe_load(example)) for example in examples] == [block]


def test_there_are_commands_of_each_chart() -> None:
    """What is tested above is something."""
    assert len(installs()) >= 2 * len(FILES)
