"""The small computations behind the commands."""

from datetime import UTC, datetime

import pytest

from celsiusify_cluster.kube.errors import explain
from celsiusify_cluster.kube.kubectl import Object
from celsiusify_cluster.kube.metrics_api import quantity
from celsiusify_cluster.kube.release import ReleaseRef
from celsiusify_cluster.load.job import LoadRequest, build
from celsiusify_cluster.load.log_follower import LogCursor
from celsiusify_cluster.observe.outputs import offset
from celsiusify_cluster.observe.samples import (
    Metric,
    metrics_by_pod,
    nanoseconds,
    pod_row,
    scale_row,
)
from celsiusify_cluster.observe.snapshot import ClusterSnapshot

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2", 2.0),
        ("250m", 0.25),
        ("1500000n", 0.0015),
        ("12u", 0.000012),
        ("512Mi", 536870912.0),
        ("1.5Gi", 1610612736.0),
        ("2k", 2000.0),
        ("1e3", 1000.0),
        ("1E", 1e18),
    ],
)
def test_a_quantity_is_read_in_cores_or_bytes(text: str, value: float) -> None:
    assert quantity(text) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("text", ["", "m", "1Q", "1 Mi"])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a quantity like"):
        quantity(text)


def test_the_clock_is_off_by_the_least_delayed_line() -> None:
    found = offset([5_000_000, 3_000_000, 4_000_000])
    assert found is not None
    assert (found.offset_ns, found.uncertainty_ns) == (3_000_000, 1_000_000)
    assert offset([]) is None


def test_a_log_s_lines_are_known_when_they_come_again() -> None:
    """Two lines may have the same time stamp, and both count once."""
    position = LogCursor()
    assert [position.is_new(stamp) for stamp in ("1.1", "1.2", "1.2")] == [True, True, True]
    position.rewind()
    again = ("1.1", "1.2", "1.2", "1.2", "1.3")
    assert [position.is_new(stamp) for stamp in again] == [False, False, False, True, True]


def test_times_of_kubernetes_are_nanoseconds_since_the_epoch() -> None:
    assert nanoseconds("2026-11-24T09:30:00Z") == 1_795_512_600_000_000_000
    assert nanoseconds(None) is None


def test_pods_and_nodes_that_came_while_a_load_ran_are_known_too() -> None:
    """An autoscaler's pods may be on nodes that weren't used before, and gone by the end."""

    def named(*names: str, age: int) -> list[Object]:
        return [{"metadata": {"name": name, "age": age}} for name in names]

    first = ClusterSnapshot(named("p1", "p2", age=1), named("n1", age=1), named("d", age=1), [])
    last = ClusterSnapshot(
        named("p2", "p3", age=2), named("n1", "n2", age=2), named("d", age=2), []
    )
    joined = first.joined(last)
    assert joined.pods == [*named("p1", age=1), *named("p2", "p3", age=2)]
    assert joined.nodes == named("n1", "n2", age=2)
    assert joined.deployments == named("d", age=1)


def test_what_is_unknown_of_a_deployment_is_empty() -> None:
    assert scale_row(7, None, None) == [7, None, None, None, None, None]
    deployment = {"spec": {"replicas": 3}, "status": {"replicas": 2}}
    assert scale_row(7, deployment, None) == [7, 3, 2, 0, None, None]
    fresh = {"status": {"desiredReplicas": 0, "currentReplicas": 0, "currentMetrics": None}}
    assert scale_row(7, deployment, fresh) == [7, 3, 2, 0, None, None]


def test_a_pod_that_isn_t_ready_has_no_time_of_it() -> None:
    pod: Object = {
        "metadata": {"name": "p", "creationTimestamp": "1970-01-01T00:00:01Z"},
        "spec": {},
        "status": {
            "conditions": [
                {
                    "type": "Ready",
                    "status": "False",
                    "lastTransitionTime": "1970-01-01T00:00:02Z",
                }
            ]
        },
    }
    assert pod_row(7, pod, None) == [7, "p", None, 10**9, None, 0, None, None, None]
    pod["status"]["conditions"][0]["status"] = "True"
    row = pod_row(7, pod, Metric(0.5, 3, 4))
    assert row == [7, "p", None, 10**9, 2 * 10**9, 1, 0.5, 3, 4]


def test_a_pod_uses_what_its_containers_use_together() -> None:
    usage = [{"usage": {"cpu": "100m", "memory": "1Mi"}}, {"usage": {"cpu": "0", "memory": "1Mi"}}]
    item = {"metadata": {"name": "p"}, "timestamp": "1970-01-01T00:00:01Z", "containers": usage}
    assert metrics_by_pod([item]) == {"p": Metric(0.1, 10**9, 2 * 2**20)}


def cron_job(deadline_s: int = 3600) -> Object:
    args = ["member", "--", "run", "a", "--host=a=http://x-a:8080"]
    pod = {"spec": {"containers": [{"args": args}]}}
    job = {"activeDeadlineSeconds": deadline_s, "completions": 1, "parallelism": 1, "template": pod}
    meta = {"name": "x-load-tests-a", "uid": "1", "labels": {"app.kubernetes.io/instance": "x"}}
    return {"metadata": meta, "spec": {"jobTemplate": {"spec": job}}}


@pytest.mark.parametrize(
    "load_request",
    [
        LoadRequest(["a"]),
        LoadRequest(["a"], ["--run-time=1h", "--rounds=5"]),
        LoadRequest(["a"], extra=["--run-time=1h", "--rounds=5"]),
        LoadRequest(["a"], workers=3),
    ],
)
def test_a_job_keeps_the_deadline_of_the_chart(load_request: LoadRequest) -> None:
    """load-tests alone computes how long a load lasts; the deadline is a backstop."""
    job = build([cron_job(deadline_s=21_600)], load_request, "x", NOW)
    assert job["spec"]["activeDeadlineSeconds"] == 21_600


def test_a_job_belongs_to_its_cron_job_and_a_pod_can_be_called_by_its_name() -> None:
    request = LoadRequest(["a-target-with-quite-a-long-name"], workers=3)
    job = build([cron_job()], request, "a-release-with-a-long-name-too", NOW)
    assert job["metadata"]["ownerReferences"][0]["name"] == "x-load-tests-a"
    assert len(f"{job['metadata']['name']}-999") <= 63
    assert job["metadata"]["labels"]["app.kubernetes.io/instance"] == "x"


@pytest.mark.parametrize(
    ("complaint", "expected"),
    [
        (
            "Error: values don't meet the schema:\nx:\n- at '/a': got string",
            "values don't meet the schema: x: - at '/a': got string",
        ),
        ("W1124 klog\nerror: no such thing", "no such thing"),
        ("Error from server (Conflict): it changed", "it changed"),
        ("", "the command said nothing"),
        (
            "Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress",
            "release celsiusify is being changed by another process, or a change was interrupted: "
            "wait, or `make undeploy RELEASE=celsiusify NAMESPACE=celsiusify` and deploy again",
        ),
        (
            "error: You must be logged in to the server (Unauthorized)",
            "the cluster refuses the credentials of context c: log in to it again",
        ),
        (
            "Please enter Username: error: EOF",
            "the cluster refuses the credentials of context c: log in to it again",
        ),
        (
            'Error from server: Get "https://172.18.0.2:10250/containerLogs/x/y/z": '
            "dial tcp 172.18.0.2:10250: connect: connection refused",
            'Get "https://172.18.0.2:10250/containerLogs/x/y/z": '
            "dial tcp 172.18.0.2:10250: connect: connection refused",
        ),
        (
            "Error: UPGRADE FAILED: failed to create resource: Internal error occurred: failed "
            'calling webhook "validate.ingress.test": failed to call webhook: Post '
            '"https://x.svc:443/n": dial tcp 10.96.1.1:443: connect: connection refused',
            "UPGRADE FAILED: failed to create resource: Internal error occurred: failed "
            'calling webhook "validate.ingress.test": failed to call webhook: Post '
            '"https://x.svc:443/n": dial tcp 10.96.1.1:443: connect: connection refused',
        ),
        (
            "Unable to connect to the server: dial tcp 10.0.0.1:6443: i/o timeout",
            "no cluster answers in context c: `make cluster` creates one, CONTEXT= names another",
        ),
        (
            "Unable to connect to the server: tls: failed to verify certificate: x509: "
            "certificate signed by unknown authority",
            "the cluster of context c isn't the one in the kubeconfig (certificate signed by "
            "unknown authority): create its kubeconfig entry again",
        ),
        (
            'Error: kubernetes cluster unreachable: Get "https://x/version": getting credentials: '
            "exec: executable aws not found\n\nIt looks like you are trying to use a plugin",
            "can't get the credentials of context c: exec: executable aws not found",
        ),
        (
            'Error: looks like "https://charts.test/x" is not a valid chart repository or cannot '
            'be reached: Get "https://charts.test/x/index.yaml": dial tcp: lookup charts.test: '
            "no such host",
            "the chart repository https://charts.test/x doesn't answer: is this machine on the "
            "internet?",
        ),
        (
            'Error: UPGRADE FAILED: "celsiusify" has no deployed releases',
            "release celsiusify is being changed by another process, or a change was interrupted: "
            "wait, or `make undeploy RELEASE=celsiusify NAMESPACE=celsiusify` and deploy again",
        ),
    ],
)
def test_a_complaint_becomes_one_line(complaint: str, expected: str) -> None:
    assert str(explain(complaint, ReleaseRef(context="c"))) == expected
