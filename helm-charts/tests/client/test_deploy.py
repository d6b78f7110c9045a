"""`deploy`, `status`, `smoke`, `undeploy` and `package`: the real helm, and the chart as it is."""

import os
import tarfile
from pathlib import Path

import pytest

from celsiusify_cluster.cli.main import main
from celsiusify_cluster.kube.programs import own_folder
from celsiusify_cluster.time_limits import TimeLimits

from .cluster.cluster import Cluster
from .cluster.containers import prints
from .cluster.person import interrupt_once
from .cluster.store import find

CHART = Path(__file__).parents[2]
IMAGES = ("celsiusify/converter-api:0.1.0", "celsiusify/tf-serving-image:0.1.0")
Captured = pytest.CaptureFixture[str]


def deploy(*arguments: str, **limits: float) -> int:
    return main(["deploy", f"--chart={CHART}", "--timeout=30s", *arguments], TimeLimits(**limits))


@pytest.fixture(params=["helm", "helm3"])
def helm(
    request: pytest.FixtureRequest, tools: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """Each of the two majors of helm in turn is what the PATH has as `helm`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "helm").symlink_to(own_folder() / request.param)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{tools}")
    return str(request.param)


def test_the_chart_is_installed_tested_upgraded_and_removed(
    cluster: Cluster, helm: str, capsys: Captured
) -> None:
    assert deploy() == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert "created namespace celsiusify, for pods of the level `restricted` only" in said.out
    assert "celsiusify-tf-serving     1 of 1" in said.out
    assert "make undeploy" in said.out
    kinds = ("deployments", "services", "horizontalpodautoscalers", "cronjobs", "networkpolicies")
    assert all(cluster.store.choose(find(kind)) for kind in kinds)
    (namespace,) = cluster.store.choose(find("namespaces"), fields="metadata.name=celsiusify")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"

    assert main(["smoke"]) == 0
    assert "answers rightly" in capsys.readouterr().out
    assert deploy() == 0
    assert main(["undeploy"]) == 0
    assert all(cluster.store.choose(find(kind)) == [] for kind in (*kinds, "pods"))


def test_images_are_those_that_were_asked_for(cluster: Cluster) -> None:
    assert deploy("--registry=registry.test", "--owner=me", "--tag=7.1") == 0
    images = {
        entry["spec"]["template"]["spec"]["containers"][0]["image"]
        for entry in cluster.store.choose(find("deployments"))
    }
    assert images == {
        "registry.test/me/converter-api:7.1",
        "registry.test/me/tf-serving-image:7.1",
    }


def test_replicas_that_an_autoscaler_has_set_are_set_by_the_chart_without_it(
    cluster: Cluster, helm: str, tmp_path: Path
) -> None:
    assert deploy() == 0
    cluster.scale("celsiusify", "celsiusify-converter-api", 3, 80)
    fixed = tmp_path / "fixed.yaml"
    fixed.write_text("converter-api: {autoscaling: {enabled: false}, replicaCount: 2}")
    assert deploy(f"--values={fixed}") == 0
    (converter,) = cluster.store.choose(
        find("deployments"), fields="metadata.name=celsiusify-converter-api"
    )
    assert converter["spec"]["replicas"] == 2


def test_values_may_be_several_files(cluster: Cluster, tmp_path: Path) -> None:
    for name, content in (
        ("a", "load-tests: {enabled: false}"),
        ("b", "converter-api: {enabled: false}"),
    ):
        (tmp_path / f"{name}.yaml").write_text(content)
    assert deploy("--values", f"{tmp_path}/a.yaml {tmp_path}/b.yaml") == 0
    names = [entry["metadata"]["name"] for entry in cluster.store.choose(find("deployments"))]
    assert names == ["celsiusify-tf-serving"]


def test_an_image_that_is_missing_is_named_and_the_release_taken_back(
    cluster: Cluster, helm: str, capsys: Captured
) -> None:
    cluster.missing_images.add(IMAGES[0])
    assert deploy() == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(
        f"celsiusify-cluster: image {IMAGES[0]} of pod celsiusify-converter-api-"
    )
    assert "`make image`" in line
    assert cluster.store.choose(find("deployments")) == []


def test_pods_that_fit_no_node_are_told_of_while_helm_waits(
    cluster: Cluster, capsys: Captured
) -> None:
    cluster.unschedulable = "0/1 nodes are available: 1 Insufficient cpu."
    assert deploy(problem_s=2.0) == 2
    assert (
        "can't be scheduled: 0/1 nodes are available: 1 Insufficient cpu."
        in capsys.readouterr().err
    )


def test_pods_that_a_node_is_added_for_are_waited_for(cluster: Cluster) -> None:
    """As on clusters that grow: it takes longer than any other trouble may."""
    cluster.unschedulable, cluster.new_node_s = "0/1 nodes are available: 1 Insufficient cpu.", 5.0
    assert deploy(problem_s=1.0) == 0


def test_ctrl_c_takes_the_release_back(cluster: Cluster, capsys: Captured) -> None:
    cluster.unschedulable = "0/1 nodes are available: 1 Insufficient cpu."
    interrupt_once(lambda: cluster.store.choose(find("deployments")))
    assert deploy() == 130
    assert "the release was taken back" in capsys.readouterr().err
    assert cluster.store.choose(find("deployments")) == []


def test_without_metrics_server_a_warning_says_that_nothing_will_scale(
    cluster: Cluster, capsys: Captured
) -> None:
    cluster.has_metrics = False
    assert deploy() == 0
    assert "no metrics-server, so no autoscaler will scale" in capsys.readouterr().err


def test_a_value_that_the_chart_refuses_is_one_line(
    cluster: Cluster, tmp_path: Path, capsys: Captured
) -> None:
    (tmp_path / "values.yaml").write_text("global: {image: {tag: latest}}")
    assert deploy(f"--values={tmp_path}/values.yaml") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "latest" in line


def test_a_target_that_answers_wrongly_fails_the_smoke_test(
    cluster: Cluster, capsys: Captured
) -> None:
    deploy()
    cluster.test = prints("expected 232.8 °C, got 12.0", code=1)
    assert main(["smoke", "--timeout=10s"]) == 1
    said = capsys.readouterr()
    assert "a target failed its test" in said.err
    assert "expected 232.8 °C, got 12.0" in said.out


def test_a_smoke_test_whose_image_is_missing_does_not_wait(
    cluster: Cluster, capsys: Captured
) -> None:
    deploy()
    cluster.missing_images.add("celsiusify/load-tests:0.1.0")
    assert main(["smoke"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "image celsiusify/load-tests:0.1.0 of pod celsiusify-smoke-" in line


def test_pods_that_were_stuck_before_do_not_end_what_puts_them_right(
    cluster: Cluster, capsys: Captured
) -> None:
    deploy()
    cluster.missing_images.add(IMAGES[1])
    cluster.scale("celsiusify", "celsiusify-tf-serving", 2, cpu_percent=170)
    assert deploy("--tag=0.1.1") == 0, capsys.readouterr().err


def test_a_namespace_of_one_s_own_is_enough(cluster: Cluster, capsys: Captured) -> None:
    """Who may do all in a namespace can neither list namespaces nor make one."""
    cluster.store.create(find("namespaces"), "", {"metadata": {"name": "mine"}})
    for verb in ("list", "create"):
        cluster.forbid(verb, "namespaces")
    assert deploy("--namespace=mine") == 0, capsys.readouterr().err


def test_status_shows_figures_and_what_is_wrong(cluster: Cluster, capsys: Captured) -> None:
    deploy()
    cluster.missing_images.add(IMAGES[1])
    cluster.scale("celsiusify", "celsiusify-tf-serving", 2, cpu_percent=170)
    capsys.readouterr()
    assert main(["status"]) == 0
    said = capsys.readouterr().out
    server = next(line for line in said.splitlines() if line.startswith("celsiusify-tf-serving "))
    assert server.split()[1:] == ["1", "of", "2", "170", "%", "50", "%", "1", "to", "5", IMAGES[1]]
    assert f"image {IMAGES[1]} of pod celsiusify-tf-serving" in said


def test_a_package_stands_alone(
    tmp_path: Path, tools: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", tools)
    assert main(["package", f"--chart={CHART}", f"--into={tmp_path}"]) == 0
    (package,) = tmp_path.glob("celsiusify-*.tgz")
    with tarfile.open(package) as archive:
        names = archive.getnames()
        assert all(member.isfile() for member in archive)
    assert "celsiusify/files/targets.yaml" in names
    assert not any("/src/" in name or name.startswith("celsiusify/tests/") for name in names)


def test_a_package_can_be_deployed(cluster: Cluster, tmp_path: Path) -> None:
    main(["package", f"--chart={CHART}", f"--into={tmp_path}"])
    (package,) = tmp_path.glob("*.tgz")
    assert main(["deploy", f"--chart={package}"]) == 0


def test_the_chart_s_variable_names_it_where_no_option_does(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """The image that deploys has the chart somewhere of its own."""
    monkeypatch.setenv("CELSIUSIFY_CHART", str(tmp_path / "elsewhere"))
    assert main(["deploy"]) == 2
    assert f"there is no chart in {tmp_path / 'elsewhere'}" in capsys.readouterr().err


def test_a_folder_without_a_chart_is_refused(
    cluster: Cluster, tmp_path: Path, capsys: Captured
) -> None:
    assert main(["deploy", f"--chart={tmp_path}"]) == 2
    assert f"there is no chart in {tmp_path}" in capsys.readouterr().err
    assert main(["package", f"--chart={tmp_path}"]) == 2
    assert not Path("dist").exists()
