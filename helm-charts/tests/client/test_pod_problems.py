"""What Kubernetes and container runtimes say of a pod, in their own words."""

import pytest

from celsiusify_cluster.kube.kubectl import Object
from celsiusify_cluster.kube.pod_problems import (
    GracePeriod,
    PodProblem,
    has_ended,
    lost,
    pod_problem,
    state,
)

IMAGE = "docker.io/me/x:1"
CONTAINERD = (
    f'failed to pull and unpack image "{IMAGE}": failed to resolve reference "{IMAGE}": '
    f"pull access denied, repository does not exist or may require authorization"
)
CRI_O = "initializing source docker://me/x:1: reading manifest 1 in docker.io/me/x: denied"


def pod(*, phase: str = "Pending", **container_state: Object) -> Object:
    entry = {"name": "server", "image": IMAGE, "ready": False, "state": container_state}
    return {
        "metadata": {"name": "p"},
        "spec": {"containers": [{"name": "server"}]},
        "status": {"phase": phase, "containerStatuses": [entry]},
    }


@pytest.mark.parametrize(
    ("reason", "message", "expected"),
    [
        (
            "ErrImagePull",
            f"rpc error: code = NotFound desc = {CONTAINERD}",
            "ErrImagePull: pull access denied, repository does not exist or may require "
            "authorization",
        ),
        (
            "ImagePullBackOff",
            f'Back-off pulling image "{IMAGE}": ErrImagePull: {CONTAINERD}',
            "ImagePullBackOff: pull access denied, repository does not exist or may require "
            "authorization",
        ),
        ("ImagePullBackOff", f'Back-off pulling image "{IMAGE}"', "ImagePullBackOff"),
        ("ErrImagePull", CRI_O, f"ErrImagePull: {CRI_O}"),
        ("RegistryUnavailable", "pull QPS exceeded", "RegistryUnavailable: pull QPS exceeded"),
    ],
    ids=["containerd", "containerd waits", "waits until 1.31", "CRI-O", "registry"],
)
def test_an_image_that_cannot_be_pulled_is_named_with_the_runtime_s_words(
    reason: str, message: str, expected: str
) -> None:
    found = pod_problem([pod(waiting={"reason": reason, "message": message})])
    assert found is not None
    assert found.is_transient
    assert str(found).startswith(
        f"image {IMAGE} of pod p can't be pulled ({expected}): `make image`"
    )


def test_an_image_that_may_not_be_pulled_never_comes() -> None:
    said = f'Container image "{IMAGE}" is not present with pull policy of Never'
    found = pod_problem([pod(waiting={"reason": "ErrImageNeverPull", "message": said})])
    assert found is not None
    assert not found.is_transient


@pytest.mark.parametrize("reason", ["ContainerCreating", "PodInitializing"])
def test_a_pod_that_is_starting_has_no_trouble(reason: str) -> None:
    assert pod_problem([pod(waiting={"reason": reason})]) is None


def test_a_trouble_that_passed_is_no_reason_any_more() -> None:
    period = GracePeriod(lambda _: False, limit_s=20)
    passing, lasting = PodProblem("no node"), PodProblem("never", is_transient=False)
    told = [(period.is_over(found), period.seen) for found in (passing, None, lasting)]
    assert told == [(False, passing), (False, None), (True, lasting)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (pod(waiting={"reason": "ContainerCreating"}), "ContainerCreating"),
        (pod(phase="Running", running={}), "Running"),
        ({"metadata": {"name": "p"}, "status": {"phase": "Pending"}}, "Pending"),
        ({"metadata": {"name": "p", "deletionTimestamp": "2026"}}, "Terminating"),
    ],
)
def test_a_pod_s_state_is_called_as_kubectl_calls_it(content: Object, expected: str) -> None:
    assert state(content) == expected


def test_a_pod_is_at_its_end_whatever_its_node_last_said_of_its_containers() -> None:
    gone = pod(phase="Failed", running={"startedAt": "2026-11-24T09:30:00Z"})
    gone["status"].update(reason="NodeLost", message="Node n1 is gone")
    assert has_ended(gone)
    assert lost(gone) == "pod p was lost: NodeLost: Node n1 is gone"
    assert not has_ended(pod(phase="Running", running={}))
