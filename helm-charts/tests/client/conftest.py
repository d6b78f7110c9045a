"""A fake cluster for each test, which the real kubectl and helm talk to."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from celsiusify_cluster.__main__ import main

from .cluster.cluster import Cluster
from .cluster.release import install

CACHE = Path(os.environ.get("TOX_WORK_DIR", "/tmp")) / "celsiusify-tools"


@pytest.fixture(scope="session")
def tools() -> Path:
    """A folder with helm, helm 3 and kubectl as pinned."""
    assert main(["tools", "--into", str(CACHE), "--helm3"]) == 0
    return CACHE


@pytest.fixture
def cluster(tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """A cluster that kubectl and helm find."""
    fake = Cluster()
    config = tmp_path / "kubeconfig"
    fake.write_kubeconfig(config)
    monkeypatch.setenv("KUBECONFIG", str(config))
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    for name in ("CACHE", "CONFIG", "DATA"):
        monkeypatch.setenv(f"HELM_{name}_HOME", str(tmp_path / "helm"))
    monkeypatch.setenv("KUBECACHEDIR", str(tmp_path / "kube-cache"))
    assert shutil.which("kubectl") == str(tools / "kubectl")
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
