"""The chart: packaged from its folder, with what it links from elsewhere in the workspace."""

import argparse
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from celsiusify_cluster.errors import ClusterError
from celsiusify_cluster.kube.helm import Helm
from celsiusify_cluster.kube.release import Place

FOLDER = Path("helm-charts")
VARIABLE = "CELSIUSIFY_CHART"
NOT_THE_CHART = {"src", "tests", "dist"}
MADE_BY_TOOLS = shutil.ignore_patterns(".*_cache", ".hypothesis", "__pycache__")


def add_chart_option(verb: argparse.ArgumentParser) -> None:
    """Add the option that says where the chart is."""
    verb.add_argument(
        "--chart",
        default="",
        metavar="PATH",
        help=f"its folder or package; default ${VARIABLE}, or else {FOLDER}",
    )


@contextmanager
def packaged(options: argparse.Namespace, helm: Helm) -> Iterator[Path]:
    """A package of the chart; a folder is packaged, which helm does without notices of links.

    Raises:
        ClusterError: If there is no chart.
    """
    chart = Path(options.chart or os.environ.get(VARIABLE) or FOLDER)
    if chart.is_file():
        yield chart
        return
    with tempfile.TemporaryDirectory() as folder:
        yield package(chart, Path(folder), helm)


def package(chart: Path, into: Path, helm: Helm) -> Path:
    """Package a chart's folder; links are followed, so that the package stands alone.

    Raises:
        ClusterError: If there is no chart, or helm finds it faulty.
    """
    if not (chart / "Chart.yaml").exists():
        raise ClusterError(f"there is no chart in {chart}: --chart names its folder or package")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "chart"
        shutil.copytree(chart, copy, ignore=partial(_ignored, chart))
        said = helm.run("package", str(copy), f"--destination={into}")
    return Path(said.rpartition(": ")[2].strip())


def _ignored(chart: Path, folder: str, names: list[str]) -> set[str]:
    own = NOT_THE_CHART if Path(folder) == chart else set()
    return own | MADE_BY_TOOLS(folder, names)


def deployed_chart(place: Place) -> str | None:
    """Name and version of the chart that a release has; None where helm can't tell."""
    try:
        return Helm(place).chart()
    except ClusterError:
        return None
