"""The charts' own files are in order, by helm, by yamllint, and with each other."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from yamllint import linter
from yamllint.config import YamlLintConfig

from .helm import Helm
from .scenarios import CHART, ROOT

# What a value must be (`# @schema …`) stands on one line.
YAMLLINT = YamlLintConfig("""
extends: default
rules:
  braces: {max-spaces-inside: 0}
  comments: {min-spaces-from-content: 1}
  document-start: disable
  line-length: {max: 250}
""")
FILES = [
    file
    for pattern in ("**/Chart.yaml", "**/values*.yaml", "ci/*.yaml", "tests/chart/**/*.yaml")
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


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(CHART)))
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
