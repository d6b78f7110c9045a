"""The chart's own files and documents: lint, notes, tables, and commands of the READMEs."""

import re
import shlex
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from yamllint import linter
from yamllint.config import YamlLintConfig

from ..support.helm import NAMESPACE, RELEASE, Helm
from ..support.manifests import Manifest, name, pods, read_manifests
from ..support.scenarios import CHART, ROOT, scenario_files

# What a value must be (`# @schema …`) stands on one line.
YAMLLINT = YamlLintConfig("""
extends: default
rules:
  braces: {max-spaces-inside: 0}
  comments: {min-spaces-from-content: 1}
  document-start: disable
  line-length: {max: 250}
""")
YAML_FILES = [
    file
    for pattern in ("**/Chart.yaml", "**/values*.yaml", "ci/*.yaml", "tests/**/*.yaml")
    for file in sorted(CHART.glob(pattern))
    if "snapshots" not in file.parts
]
KEYS = {
    "apiVersion",
    "appVersion",
    "description",
    "keywords",
    "kubeVersion",
    "name",
    "type",
    "version",
}


def chart_yaml() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((CHART / "Chart.yaml").read_text())
    return content


def test_helm_finds_no_fault(helm: Helm) -> None:
    assert "0 chart(s) failed" in helm.lint(CHART)


def test_helm_finds_no_fault_in_a_scenario(helm: Helm, scenario: Path) -> None:
    assert "0 chart(s) failed" in helm.lint(CHART, scenario)


@pytest.mark.parametrize("file", YAML_FILES, ids=lambda file: str(file.relative_to(CHART)))
def test_yaml_is_tidy(file: Path) -> None:
    assert [str(problem) for problem in linter.run(file.read_text(), YAMLLINT)] == []


def test_chart_says_what_it_is() -> None:
    content = chart_yaml()
    assert content.keys() <= KEYS
    assert (content["apiVersion"], content["type"]) == ("v2", "application")
    assert content["name"] == "celsiusify"
    assert content["kubeVersion"] == ">=1.30.0-0"
    assert content["description"]


def test_versions_are_those_of_the_workspace() -> None:
    lines = (ROOT / "versions.env").read_text().splitlines()
    versions = dict(line.split("=", 1) for line in lines if "=" in line and line[0] != "#")
    content = chart_yaml()
    assert (content["version"], content["appVersion"]) == (versions["VERSION"],) * 2


def test_package_renders_as_the_folder_does(helm: Helm, tmp_path: Path) -> None:
    """A packed chart has all that it needs."""
    packed = helm.package(CHART, tmp_path)
    assert helm.template(packed) == helm.template(CHART)


METRICS_API = "the cluster has no metrics API"
BY_TAG = "is named by its tag alone"


def test_schemas_and_tables_are_what_values_say() -> None:
    """`python helm-charts/docs/values.py` would change nothing."""
    command = [sys.executable, str(CHART / "docs" / "values.py"), "--check"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize(
    ("scenario", "said", "unsaid"),
    [
        ("default", ["service/celsiusify-converter-api", METRICS_API, BY_TAG, "/convert/"], []),
        ("default", ["celsiusify-tf-serving-headless.celsiusify:8500", "[451]"], ["all zeros"]),
        ("default", ["create job", "cronjob/celsiusify-load-tests-"], ["8089"]),
        ("minimal", ["celsiusify-converter-api"], ["tf-serving", METRICS_API, "create job"]),
        ("tf-serving-only", ["celsiusify-tf-serving"], ["converter-api", "create job"]),
        ("ui", ["8089"], ["create job"]),
        ("values-production", ["all zeros"], [BY_TAG]),
        ("hpa-metrics", [METRICS_API], []),
    ],
)
def test_notes_tell_the_next_commands(
    helm: Helm, scenario: str, said: list[str], unsaid: list[str]
) -> None:
    notes = helm.notes(CHART, scenario_files()[scenario])
    assert [text for text in said if text not in notes] == []
    assert [text for text in unsaid if text in notes] == []


def test_notes_are_of_this_release(helm: Helm, scenario: Path) -> None:
    """Commands can be copied as they stand."""
    notes = helm.notes(CHART, scenario)
    lines = [line.strip() for line in notes.splitlines()]
    commands = [line for line in lines if line.startswith(("kubectl ", "helm "))]
    assert [line for line in commands if f"-n {NAMESPACE}" not in line] == []
    place = f"NAMESPACE={NAMESPACE} RELEASE={RELEASE}"
    assert [line for line in lines if line.startswith("make ") and place not in line] == []
    assert RELEASE in notes
    assert "<no value>" not in notes
    assert "%!" not in notes


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
