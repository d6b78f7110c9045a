"""The whole way with nothing scripted: the chart's Job, the load generator, a worker, a server.

Only Kubernetes is the tests' own: pods are processes on 127.0.0.1.
"""

import json
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from celsiusify_cluster.cli.main import main

from .cluster.cluster import Cluster
from .cluster.containers import Container, runs
from .cluster.store import find

WORKSPACE = Path(__file__).parents[3]
LOAD_TESTS = WORKSPACE / ".tox" / "load-tests" / "bin" / "celsiusify-load-tests"
CONVERTER = WORKSPACE / ".tox" / "converter-api" / "bin" / "celsiusify-converter-api"
SERVICE = "celsiusify-converter-api"
PODS = "celsiusify-load-tests-pods"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (LOAD_TESTS.exists() and CONVERTER.exists()),
        reason="needs .tox/load-tests and .tox/converter-api: `make test` sets them up",
    ),
]


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[int]:
    """The port of a converter that runs."""
    port = free_port()
    with (tmp_path / "server.log").open("w") as log:
        process = subprocess.Popen(
            [CONVERTER, "serve"],
            env={**os.environ, "PORT": str(port), "CELSIUSIFY_DRAIN_S": "0"},
            stdout=log,
            stderr=log,
        )
    try:
        await_health(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def await_health(port: int) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server didn't get healthy")


def mount(cluster: Cluster, container: Container, folder: Path) -> Path:
    """Write the files that a pod finds in /work, and return their folder."""
    namespace = container.pod["metadata"]["namespace"]
    config_map = cluster.store.get(find("configmaps"), namespace, "celsiusify-load-tests")
    folder.mkdir(exist_ok=True)
    for name, text in config_map["data"].items():
        (folder / name).write_text(text)
    return folder


def as_process(container: Container, port: int, work: Path, results: Path) -> list[str]:
    """What a kubelet and a network do to a pod's arguments, for processes of this machine."""
    labels = container.pod["metadata"]["labels"]
    job = labels["batch.kubernetes.io/job-name"]
    replaced = {
        "$(JOB_COMPLETION_INDEX)": labels["batch.kubernetes.io/job-completion-index"],
        f"$(JOB_NAME)-0.{PODS}": "127.0.0.1",
        job: "",
        "/work/": f"{work}/",
        "--results=/results": f"--results={results}",
        f"{SERVICE}-headless:8080": f"127.0.0.1:{port}",
        f"{SERVICE}:8080": f"127.0.0.1:{port}",
    }
    args = container.args
    for text, value in replaced.items():
        args = [arg.replace(text, value) for arg in args]
    return [str(LOAD_TESTS), *args]


@pytest.mark.parametrize("limit", ["6000000", "10"], ids=["logged", "held"])
def test_a_load_by_a_leader_and_a_worker_comes_home(
    cluster: Cluster, server: int, tmp_path: Path, limit: str
) -> None:
    """What the leader wrote is what arrives, by its log or, over its limit, by exec."""
    results, in_pod = tmp_path / "results", tmp_path / "pod"

    def member(container: Container) -> int:
        container.commands["celsiusify-load-tests"] = lambda args, send: emit(args, send)
        work = mount(cluster, container, tmp_path / "work")
        return runs(as_process(container, server, work, in_pod))(container)

    def emit(args: list[str], send: object) -> int:
        assert callable(send)
        finished = subprocess.run([LOAD_TESTS, *args], stdout=subprocess.PIPE, check=False)
        send(finished.stdout)
        return finished.returncode

    cluster.leader = cluster.worker = member
    assert main(["deploy", f"--chart={WORKSPACE / 'helm-charts'}", "--timeout=30s"]) == 0
    own = [
        f"--control-port={free_port()}",
        f"--locust-port={free_port()}",
        f"--frames-limit={limit}",
        "--no-calibration",
    ]
    load = ["--users=4", "--run-time=3s", "--warm-up=1", "--workers=1", "--connection=keep-alive"]
    code = main(["loadtest", "converter-api", f"--results={results}", *load, "--", *own])
    assert code == 0
    (sent,), (folder,) = in_pod.iterdir(), results.iterdir()
    assert folder.name == sent.name
    for path in sent.rglob("*_requests.parquet"):
        assert (folder / path.relative_to(sent)).read_bytes() == path.read_bytes()
    run = json.loads((folder / "run.json").read_text())
    (entry,) = run["targets"]["converter-api"]["rounds"]
    assert entry["state"] == "complete"
    assert entry["counts"]["server"] == entry["counts"]["started"] > 20
    told = json.loads((folder / "cluster.json").read_text())
    assert abs(told["clock"]["offset_ms"]) < 5000
    assert len(told["workers"]) == 1
    assert (folder / "converter-api_scale.csv").read_text().count("\n") > 3
