"""`create` and `delete`, with programs that stand in for kind, minikube and Docker."""

import os
import shlex
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from celsiusify_cluster.cli.main import main
from celsiusify_cluster.kube.helm import Helm
from celsiusify_cluster.kube.programs import own_folder
from celsiusify_cluster.kube.release import ReleaseRef
from celsiusify_cluster.local import clusters
from celsiusify_cluster.local.clusters import full_name, images
from celsiusify_cluster.time_limits import TimeLimits

from .cluster.cluster import Cluster
from .cluster.person import interrupt_once
from .cluster.store import find

CHART = Path(__file__).parents[2]
Captured = pytest.CaptureFixture[str]
IMAGES = ("converter-api", "tf-serving-image", "load-tests")
STAND_IN = """#!{python}
import json, os, pathlib, sys, time
arguments = sys.argv[1:]
with open({log!r}, "a") as log:
    print({name!r}, *arguments, file=log)
if arguments[:1] == [os.environ.get("HANGS_" + {name!r})]:
    time.sleep(60)
if arguments[:2] in (["create", "cluster"], ["export", "kubeconfig"]) or arguments[0] == "start":
    path = pathlib.Path(os.environ["KUBECONFIG"])
    content = json.loads(path.read_text())
    named = {{"kind": "kind-celsiusify", "minikube": "celsiusify"}}[{name!r}]
    content["contexts"] += [{{**content["contexts"][0], "name": named}}]
    path.write_text(json.dumps(content))
if "--output" in arguments:
    pathlib.Path(arguments[arguments.index("--output") + 1]).write_text("image")
print(os.environ.get("SAYS_" + {name!r}, ""))
if os.environ.get("FAILS_" + {name!r}) == arguments[0]:
    sys.exit(os.environ.get("COMPLAINS", "it failed"))
"""


class Programs:
    """Stand-ins on the PATH, and what they were told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._log = folder / "log"

    def add(self, name: str) -> None:
        """Put a program onto the PATH that notes its arguments."""
        path = self.folder / name
        path.write_text(STAND_IN.format(python=sys.executable, log=str(self._log), name=name))
        path.chmod(0o755)

    @property
    def told(self) -> list[list[str]]:
        """The commands, in their order."""
        said = self._log.read_text() if self._log.exists() else ""
        return [shlex.split(line) for line in said.splitlines()]


@pytest.fixture
def stand_ins(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    """A PATH that has docker, and of kind and minikube what a test adds."""
    folder = tmp_path / "stand-ins"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{own_folder()}")
    programs = Programs(folder)
    programs.add("docker")
    return programs


@pytest.fixture
def repository(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A chart repository with a metrics-server of the pinned version."""
    version = clusters.METRICS_SERVER["version"]
    chart, served = tmp_path / "metrics-server", tmp_path / "repository"
    (chart / "templates").mkdir(parents=True)
    served.mkdir()
    (chart / "Chart.yaml").write_text(f"apiVersion: v2\nname: metrics-server\nversion: {version}\n")
    (chart / "templates" / "map.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {args: '{{ .Values.args }}'}\n"
    )
    helm = Helm(ReleaseRef())
    helm.run("package", str(chart), f"--destination={served}")
    helm.run("repo", "index", str(served))
    handler = partial(QuietHandler, directory=str(served))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setitem(clusters.METRICS_SERVER, "repo", url)
        cluster.store.create(find("namespaces"), "", {"metadata": {"name": "kube-system"}})
        yield url
        server.shutdown()


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files and says nothing of it."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its base's name
        """Say nothing."""


def create(*arguments: str, **limits: float) -> int:
    return main(["create", f"--chart={CHART}", *arguments], TimeLimits(**limits))


def test_kind_gets_a_cluster_with_metrics_server_and_the_images(
    cluster: Cluster, stand_ins: Programs, repository: str, capfd: pytest.CaptureFixture[str]
) -> None:
    stand_ins.add("kind")
    assert create() == 0
    kinds = [told for told in stand_ins.told if told[0] == "kind"]
    assert kinds[:2] == [
        ["kind", "get", "clusters"],
        ["kind", "create", "cluster", "--name=celsiusify", "--wait=180s"],
    ]
    loads = [told for told in kinds if told[1] == "load"]
    saved = [told[-1] for told in stand_ins.told if told[:2] == ["docker", "save"]]
    assert len(loads) == len(saved) == 3
    assert "docker.io/celsiusify/load-tests:0.1.0" in saved
    (installed,) = cluster.store.choose(find("configmaps"), "kube-system")
    assert installed["data"]["args"] == "[--kubelet-insecure-tls]"
    assert "cluster celsiusify is ready, context kind-celsiusify" in capfd.readouterr().out


def test_images_are_those_that_were_built(stand_ins: Programs) -> None:
    stand_ins.add("minikube")
    assert create("--owner=me", "--tag=7") == 0
    saved = {told[-1] for told in stand_ins.told if told[:2] == ["docker", "save"]}
    assert saved == {f"docker.io/me/{name}:7" for name in IMAGES}


def test_a_cluster_that_is_there_gets_the_images_only(
    stand_ins: Programs, repository: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_ins.add("kind")
    monkeypatch.setenv("SAYS_kind", "celsiusify")
    assert create() == 0
    assert not [told for told in stand_ins.told if told[:2] == ["kind", "create"]]
    assert ["kind", "export", "kubeconfig", "--name=celsiusify"] in stand_ins.told
    assert len([told for told in stand_ins.told if told[:2] == ["kind", "load"]]) == 3


def test_minikube_brings_its_own_metrics_server(stand_ins: Programs) -> None:
    stand_ins.add("minikube")
    assert create() == 0
    start = next(told for told in stand_ins.told if told[:2] == ["minikube", "start"])
    assert start[2:] == [
        "--profile=celsiusify",
        "--driver=docker",
        "--wait=all",
        "--addons=metrics-server",
    ]
    assert len([told for told in stand_ins.told if told[:3] == ["minikube", "image", "load"]]) == 3


def test_without_kind_and_minikube_it_is_said_where_to_get_them(
    stand_ins: Programs, capsys: Captured
) -> None:
    assert create() == 2
    assert "neither kind nor minikube is installed" in capsys.readouterr().err


def test_without_an_engine_it_is_said(stand_ins: Programs, capsys: Captured) -> None:
    stand_ins.add("kind")
    assert create("--engine=podman") == 2
    assert "podman isn't installed" in capsys.readouterr().err


@pytest.mark.parametrize(
    "complaint",
    [
        "Error response from daemon: No such image: celsiusify/load-tests:0.1.0",
        "Error: celsiusify/load-tests:0.1.0: image not known",
    ],
    ids=["docker", "podman"],
)
def test_images_that_were_not_built_are_named_before_a_cluster_is_made(
    stand_ins: Programs, capsys: Captured, monkeypatch: pytest.MonkeyPatch, complaint: str
) -> None:
    stand_ins.add("kind")
    monkeypatch.setenv("FAILS_docker", "tag")
    monkeypatch.setenv("COMPLAINS", complaint)
    assert create() == 2
    assert "there is no image celsiusify/" in capsys.readouterr().err
    assert not [told for told in stand_ins.told if told[0] == "kind"]


def test_a_maker_that_fails_ends_the_command(
    stand_ins: Programs, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_ins.add("kind")
    monkeypatch.setenv("FAILS_kind", "create")
    assert create() == 2
    assert "`kind create cluster` failed" in capsys.readouterr().err


def test_an_engine_that_is_not_running_is_told_of(
    stand_ins: Programs, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_ins.add("kind")
    monkeypatch.setenv("FAILS_docker", "tag")
    monkeypatch.setenv("COMPLAINS", "Cannot connect to the Docker daemon. Is it running?")
    assert create() == 2
    assert "docker doesn't answer: Cannot connect to the Docker daemon" in capsys.readouterr().err


def test_a_cluster_that_does_not_answer_is_to_be_made_anew(
    cluster: Cluster, stand_ins: Programs, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_ins.add("kind")
    monkeypatch.setenv("SAYS_kind", "celsiusify")
    cluster.close()
    assert create() == 2
    assert "cluster celsiusify exists but doesn't answer: `make del" in capsys.readouterr().err
    assert not [told for told in stand_ins.told if told[:2] == ["kind", "load"]]


def test_ctrl_c_leaves_no_half_of_a_cluster(
    stand_ins: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_ins.add("kind")
    monkeypatch.setenv("HANGS_kind", "create")
    interrupt_once(lambda: any(told[:2] == ["kind", "create"] for told in stand_ins.told))
    assert create() == 130
    assert stand_ins.told[-1] == ["kind", "delete", "cluster", "--name=celsiusify"]


def test_metrics_that_never_come_are_told_of(
    cluster: Cluster, stand_ins: Programs, capsys: Captured
) -> None:
    stand_ins.add("minikube")
    cluster.has_metrics = False
    assert create(metrics_s=1) == 2
    assert "metrics-server has no metrics after 1 s" in capsys.readouterr().err


def test_a_cluster_is_deleted(
    stand_ins: Programs, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_ins.add("kind")
    assert main(["delete"]) == 2
    assert "kind has no cluster celsiusify" in capsys.readouterr().err
    monkeypatch.setenv("SAYS_kind", "celsiusify")
    assert main(["delete"]) == 0
    assert stand_ins.told[-1] == ["kind", "delete", "cluster", "--name=celsiusify"]


@pytest.mark.parametrize(
    ("image", "full"),
    [
        ("celsiusify/load-tests:0.1.0", "docker.io/celsiusify/load-tests:0.1.0"),
        ("registry.test/me/load-tests:1", "registry.test/me/load-tests:1"),
        ("localhost:5000/load-tests:1", "localhost:5000/load-tests:1"),
        ("localhost/load-tests:1", "localhost/load-tests:1"),
    ],
)
def test_an_image_has_one_full_name(image: str, full: str) -> None:
    assert full_name(image) == full


def test_images_are_those_of_all_pods_in_what_was_rendered() -> None:
    rendered = """
kind: Deployment
spec: {template: {spec: {containers: [{image: a}, {image: b}]}}}
---
kind: CronJob
spec: {jobTemplate: {spec: {template: {spec: {containers: [{image: a}]}}}}}
---
"""
    assert images(rendered) == ["a", "b"]
