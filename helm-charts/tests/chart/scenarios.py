"""The charts, and the scenarios: ways to use them, each a file of values."""

from pathlib import Path

ROOT = Path(__file__).parents[3]
UMBRELLA = ROOT / "helm-charts"
SUBCHARTS = sorted(file.parent for file in UMBRELLA.glob("charts/*/Chart.yaml"))
CHARTS = [UMBRELLA, *SUBCHARTS]


def scenario_files() -> dict[str, Path]:
    """Files of values by what they show: those of ci/, and those that users are given."""
    shown = {file.name.removesuffix("-values.yaml"): file for file in _files("ci/*-values.yaml")}
    given = {file.stem: file for file in _files("values-*.yaml")}
    return shown | given


def _files(pattern: str) -> list[Path]:
    return sorted(UMBRELLA.glob(pattern))
