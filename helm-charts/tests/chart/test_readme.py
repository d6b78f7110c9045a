"""What the READMEs tell people to type: it renders, and what it names is there."""

import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest

from .helm import Helm
from .manifests import Manifest, name, pods, read_manifests
from .scenarios import CHARTS, ROOT, UMBRELLA

FILES = [*(chart / "README.md" for chart in CHARTS), UMBRELLA / "deliveryhero-locust-values.yaml"]
COMMAND = re.compile(r"^[$#] +((?:helm|kubectl) .+)$", re.MULTILINE)
OBJECT = re.compile(r"\b(cronjob|service)/(\S+)")
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
    options = [word for option, value in pairs if option in VALUES for word in (option, value)]
    return read_manifests(helm.template(chart, options=options))


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
    page = read_manifests(helm.template(UMBRELLA, values=PAGE))
    there = {name(manifest).lower() for manifest in [*default, *page]}
    named = {
        f"{kind}/{own}"
        for file in FILES
        for command in commands(file)
        for kind, own in OBJECT.findall(command)
    }
    assert named
    assert named - there == set()


def test_there_are_commands_of_each_chart() -> None:
    """What is tested above is something."""
    assert len(installs()) >= 2 * len(CHARTS)
