"""The chart, its blocks of values, and its scenarios: uses of the chart, each a file of values."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
CHART = ROOT / "helm-charts"
SERVERS = ("converter-api", "tf-serving")
LOAD_TESTS = "load-tests"
BLOCKS = (*SERVERS, LOAD_TESTS)


def alone(block: str, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return values that deploy one block only; load tests load the release `celsiusify`."""
    own = {"servers": {"release": "celsiusify"}} if block == LOAD_TESTS else {}
    others: dict[str, Any] = {other: {"enabled": False} for other in BLOCKS if other != block}
    return others | {block: {**own, **(values or {})}}


def scenario_files() -> dict[str, Path]:
    """Files of values by what they show: those of ci/, and those that users are given."""
    shown = {file.name.removesuffix("-values.yaml"): file for file in _files("ci/*-values.yaml")}
    given = {file.stem: file for file in _files("values-*.yaml")}
    return shown | given


def _files(pattern: str) -> list[Path]:
    return sorted(CHART.glob(pattern))
