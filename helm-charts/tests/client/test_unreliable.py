"""Streams that break off or hang, and a cluster or a node that answers no more."""

import json
import time
from contextlib import closing
from pathlib import Path

import pytest

from celsiusify_cluster.cli.main import main
from celsiusify_cluster.errors import ClusterError
from celsiusify_cluster.kube.kubectl import Kubectl, Proxy
from celsiusify_cluster.kube.release import ReleaseRef
from celsiusify_cluster.time_limits import TimeLimits

from .cluster.cluster import PODS, Cluster
from .cluster.containers import Container, waits
from .cluster.leaders import FILES, RUN, frames, leads
from .cluster.release import NAMESPACE
from .cluster.resources import Object
from .cluster.store import find

Captured = pytest.CaptureFixture[str]


def loadtest(results: Path, *arguments: str, **limits: float) -> int:
    return main(["loadtest", f"--results={results}", *arguments], TimeLimits(**limits))


@pytest.mark.parametrize("breaks", [[1], [2, 5], [1, 3, 4]])
def test_a_log_that_breaks_off_is_picked_up(
    released: Cluster, results: Path, capsys: Captured, breaks: list[int]
) -> None:
    script = leads(frames(), during=lambda: time.sleep(2))

    def leader(container: Container) -> int:
        container.breaks += breaks
        return script(container)

    released.leader = leader
    assert loadtest(results, "tfserving") == 0
    assert capsys.readouterr().out.count("quick: 100 users\n") == 1


def test_a_log_that_hangs_is_opened_anew(released: Cluster, results: Path) -> None:
    """Else results that the leader holds would never be fetched: it waits for that."""
    script = leads(["going on"])

    def leader(container: Container) -> int:
        container.hangs.append(2)
        script(container)
        while sum("/log?" in request for request in released.requests) < 2:
            time.sleep(0.05)
        return leads(frames())(container)

    released.leader = leader
    assert loadtest(results, "tfserving", quiet_log_s=1.0) == 0
    assert (results / RUN / "run.json").read_bytes() == FILES["run.json"]


def test_a_node_that_answers_no_more_ends_the_wait(
    released: Cluster, results: Path, capsys: Captured
) -> None:
    released.leader = waits
    released.lost_node = 'Get "https://10.0.0.7:10250/containerLogs/x": dial tcp: i/o timeout'
    assert loadtest(results, "tfserving", silence_s=1.0) == 3
    said = capsys.readouterr().err
    assert f"{released.lost_node}; the load goes on: `make results` fetches what comes" in said
    assert len(released.store.choose(find("jobs"))) == 1


def test_a_pod_that_no_container_of_came_to_run_is_at_its_end(
    released: Cluster, results: Path, capsys: Captured
) -> None:
    """A kubelet that has no room after all refuses the pod without a word on its containers."""

    def refused(content: Object) -> None:
        content["status"] = {"phase": "Failed", "reason": "OutOfcpu", "message": "Node had no CPU"}

    def leader(container: Container) -> int:
        meta = container.pod["metadata"]
        released.store.edit(PODS, NAMESPACE, meta["name"], refused)
        return 1

    released.leader = leader
    assert loadtest(results, "tfserving") == 3
    assert "was lost: OutOfcpu: Node had no CPU" in capsys.readouterr().err


def test_a_load_that_took_too_long_is_told_of_once(
    released: Cluster, results: Path, capsys: Captured
) -> None:
    """Kubernetes says it twice: that the Job is about to fail for it, and that it did."""
    why = {"reason": "DeadlineExceeded", "message": "Job was active longer than its deadline"}
    both = [{"type": kind, "status": "True", **why} for kind in ("FailureTarget", "Failed")]

    def leader(container: Container) -> int:
        name = container.pod["metadata"]["labels"]["job-name"]
        time.sleep(1)
        released.store.edit(
            find("jobs"), NAMESPACE, name, lambda job: job["status"].update(conditions=both)
        )
        return leads(frames(), code=3)(container)

    released.leader, released.worker = leader, waits
    assert loadtest(results, "tfserving", "--workers=1") == 3
    message = "load-tests.job.deadlineSeconds of the chart: Job was active longer"
    assert capsys.readouterr().err.count(message) == 1


def test_a_cluster_without_metrics_leaves_what_pods_use_empty(
    released: Cluster, results: Path
) -> None:
    released.has_metrics = False
    released.leader = leads(frames(), during=lambda: time.sleep(2))
    assert loadtest(results, "tfserving") == 0
    content = json.loads((results / RUN / "cluster.json").read_text())
    expected = "pods of metrics.k8s.io/v1beta1: 404 page not found"
    assert content["sampling"]["problem"] == expected
    assert ",,,\n" in (results / RUN / "tfserving_pods.csv").read_text()


def test_a_proxy_that_has_much_to_complain_of_goes_on(released: Cluster) -> None:
    """It would wait for ever for somebody to read that, and answer no more."""
    proxy = Proxy(Kubectl(ReleaseRef()))
    with closing(proxy):
        assert proxy.items("/api/v1/namespaces")
        released.close()
        said = {complaint(proxy) for _ in range(800)}
    assert not [text for text in said if "no answer" in text]


def complaint(proxy: Proxy) -> str:
    with pytest.raises(ClusterError) as problem:
        proxy.items("/api/v1/namespaces")
    return str(problem.value)


def test_results_are_kept_where_the_cluster_answers_no_more_after_them(
    released: Cluster, results: Path, capsys: Captured
) -> None:

    def leader(container: Container) -> int:
        code = leads(frames())(container)
        time.sleep(1)
        released.forbid("list", "pods")
        return code

    released.leader = leader
    assert loadtest(results, "tfserving", silence_s=1.0) == 3
    assert "how the load ended isn't known: " in capsys.readouterr().err
    content = json.loads((results / RUN / "cluster.json").read_text())
    assert list(content["files"]) == list(FILES)
    assert (results / RUN / "tfserving_scale.csv").exists()


def test_a_log_that_may_not_be_read_is_told_of(
    released: Cluster, results: Path, capsys: Captured
) -> None:
    released.leader = waits
    released.forbid("get", "pods/log")
    assert loadtest(results, "tfserving") == 3
    assert "me may not get pods/log in namespace celsiusify" in capsys.readouterr().err
