"""Environment variables that the chart sets: a program reads every one of them."""

import ast
import re
from pathlib import Path

from .manifests import Manifest, Pod, pods
from .scenarios import ROOT

PREFIX = "CELSIUSIFY_"
SETTINGS = ROOT / "converter-api/src/celsiusify_converter_api/config.py"
LOAD_TESTS = ROOT / "load-tests/src/celsiusify_load_tests"
OPTIONS = LOAD_TESTS / "generator/options.py"


def fields(file: Path, name: str) -> set[str]:
    """Return the names of a class's fields."""
    classes = [node for node in ast.walk(ast.parse(file.read_text())) if _is_class(node, name)]
    (body,) = [node.body for node in classes if isinstance(node, ast.ClassDef)]
    targets = [node.target for node in body if isinstance(node, ast.AnnAssign)]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _is_class(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.ClassDef) and node.name == name


def variables(manifests: list[Manifest], component: str, name: str = "") -> set[str]:
    """Return the variables of the project that pods of a component get."""
    return {
        entry["name"]
        for pod in pods(manifests)
        if _is_of(pod, component, name)
        for container in pod.containers
        for entry in container.get("env") or []
        if entry["name"].startswith(PREFIX)
    }


def _is_of(pod: Pod, component: str, name: str) -> bool:
    labels = {"app.kubernetes.io/component": component}
    return pod.matches(labels | ({"app.kubernetes.io/name": name} if name else {}))


def test_converter_api_has_every_setting(default: list[Manifest]) -> None:
    known = {PREFIX + field.upper() for field in fields(SETTINGS, "Settings")}
    set_by_chart = variables(default, "server", "converter-api")
    assert set_by_chart
    assert set_by_chart <= known


def test_load_tests_read_every_variable(release: list[Manifest]) -> None:
    """Options of the locustfile are read by prefix, others by their whole name."""
    text = "".join(file.read_text() for file in sorted(LOAD_TESTS.rglob("*.py")))
    known = {PREFIX + field.upper() for field in fields(OPTIONS, "Options")}
    known |= set(re.findall(rf"\b{PREFIX}[A-Z_]+\b", text))
    assert variables(release, "load") <= known
