"""A fake cluster for each test, which the real kubectl and helm talk to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .cluster.cluster import Cluster
from .cluster.release import install


@pytest.fixture
def cluster(tools: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """A cluster that kubectl and helm find."""
    fake = Cluster()
    config = tmp_path / "kubeconfig"
    fake.write_kubeconfig(config)
    monkeypatch.setenv("KUBECONFIG", str(config))
    monkeypatch.setenv("PATH", tools)
    for name in ("CACHE", "CONFIG", "DATA"):
        monkeypatch.setenv(f"HELM_{name}_HOME", str(tmp_path / "helm"))
    monkeypatch.setenv("KUBECACHEDIR", str(tmp_path / "kube-cache"))
    # Results land here: helm fails where a folder of the chart goes while it reads that.
    monkeypatch.chdir(tmp_path)
    yield fake
    fake.close()


@pytest.fixture
def released(cluster: Cluster) -> Cluster:
    """A cluster with both servers, and load tests for them."""
    install(cluster)
    return cluster


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """The folder of runs."""
    return tmp_path / "results"
