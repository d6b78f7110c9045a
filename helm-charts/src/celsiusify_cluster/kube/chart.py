"""Package the chart."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from celsiusify_cluster.errors import ClusterError
from celsiusify_cluster.kube.helm import Helm
from celsiusify_cluster.kube.release import ReleaseRef

FOLDER = Path("helm-charts")
VARIABLE = "CELSIUSIFY_CHART"


@contextmanager
def packaged(chart: Path | None, helm: Helm) -> Iterator[Path]:
    """Yield a package of the chart; a folder is packaged first.

    Args:
        chart: The folder or package; None for that of the environment, or else the default.
        helm: The helm that packages a folder.

    Raises:
        ClusterError: If there is no chart.
    """
    chart = chart or Path(os.environ.get(VARIABLE) or FOLDER)
    if chart.is_file():
        yield chart
        return
    with tempfile.TemporaryDirectory() as folder:
        yield package(chart, Path(folder), helm)


def package(chart: Path, into: Path, helm: Helm) -> Path:
    """Package a chart's folder.

    Raises:
        ClusterError: If there is no chart, or helm finds a fault in it.
    """
    if not (chart / "Chart.yaml").exists():
        raise ClusterError(f"there is no chart in {chart}: --chart names its folder or package")
    message = helm.run("package", str(chart), f"--destination={into}")
    return Path(message.rpartition(": ")[2].strip())


def deployed_chart(release: ReleaseRef) -> str | None:
    """Return name and version of a release's chart; None if helm doesn't know the release."""
    try:
        return Helm(release).chart()
    except ClusterError:
        return None
