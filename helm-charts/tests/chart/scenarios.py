"""The scenarios in ci/: ways to use the charts, each a file of values."""

from pathlib import Path

ROOT = Path(__file__).parents[3]
UMBRELLA = ROOT / "helm-charts"
SUBCHARTS = sorted(file.parent for file in UMBRELLA.glob("charts/*/Chart.yaml"))
CHARTS = [UMBRELLA, *SUBCHARTS]
SUFFIX = "-values.yaml"


def scenario_files() -> dict[str, Path]:
    """The files of values, by what they show."""
    files = sorted((UMBRELLA / "ci").glob(f"*{SUFFIX}"))
    return {file.name.removesuffix(SUFFIX): file for file in files}
