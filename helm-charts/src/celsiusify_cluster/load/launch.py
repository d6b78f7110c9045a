"""Create a Job and wait until its pods run, or report why they don't."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from celsiusify_cluster.console import StopAsked, Terminal
from celsiusify_cluster.errors import ClusterError, Interrupted, MeasurementError
from celsiusify_cluster.kube.kubectl import Kubectl, Object
from celsiusify_cluster.kube.pod_problems import (
    GracePeriod,
    PodProblem,
    has_ended,
    node_is_coming,
    pod_problem,
    state,
)
from celsiusify_cluster.load.job import INDEX_LABEL, JOB_LABEL

POLL_S = 0.5
STARTED = ("Running", "Succeeded", "Failed")


@contextmanager
def running_job(
    kubectl: Kubectl, job: Object, stop: StopAsked, terminal: Terminal
) -> Iterator[None]:
    """Create a Job for the context; keep it afterwards only if its log is needed."""
    name, is_of_use = job["metadata"]["name"], False
    kubectl.create(job)
    terminal.say(f"job {name} in namespace {kubectl.release.namespace}")
    try:
        yield
        is_of_use = not stop.count
    except MeasurementError:
        is_of_use = not stop.count
        raise
    finally:
        if not is_of_use:
            _remove(kubectl, name, terminal)


def wait_for_start(
    kubectl: Kubectl, job: Object, timeout_s: float, stop: StopAsked, terminal: Terminal
) -> list[Object]:
    """Wait until all pods of a Job run, or its leader has ended, and return the pods.

    Raises:
        ClusterError: If a problem keeps a pod from starting.
        Interrupted: If a signal arrived first.
    """
    name, count = job["metadata"]["name"], job["spec"].get("completions") or 1
    began_s, patience = (
        time.monotonic(),
        GracePeriod(partial(node_is_coming, kubectl), kubectl.limits.problem_s),
    )
    while not stop.count:
        pods = pods_of(kubectl, name)
        if _have_started(pods, count):
            return pods
        refusal = _refusal(kubectl, name) if len(pods) < count else None
        if patience.is_over(pod_problem(pods) or refusal):
            raise ClusterError(str(patience.seen))
        elapsed_s = time.monotonic() - began_s
        states = ", ".join(sorted(map(state, pods))) or "no pods yet"
        if elapsed_s > timeout_s:
            raise ClusterError(f"job {name} didn't start within {timeout_s:.0f} s: {states}")
        terminal.show(f"{elapsed_s:.0f} s  starting {name}: {patience.seen or states}")
        stop.sleep(POLL_S)
    raise Interrupted("interrupted before the load began")


def pods_of(kubectl: Kubectl, job: str) -> list[Object]:
    """Return all pods of a Job."""
    return kubectl.items("pods", f"--selector={JOB_LABEL}={job}")


def leader_of(pods: Sequence[Object]) -> Object | None:
    """Return the pod with index 0, the newest if there are several."""
    leaders = [pod for pod in pods if pod["metadata"]["labels"].get(INDEX_LABEL) == "0"]
    return max(leaders, key=lambda pod: str(pod["metadata"]["creationTimestamp"]), default=None)


def _have_started(pods: Sequence[Object], count: int) -> bool:
    leader = leader_of(pods)
    if leader and has_ended(leader):
        return True
    return len(pods) >= count and all(pod["status"].get("phase") in STARTED for pod in pods)


def _refusal(kubectl: Kubectl, job: str) -> PodProblem | None:
    """Return why Kubernetes doesn't create all pods of a Job: a quota, or a policy."""
    for event in kubectl.events_of(job):
        if event.get("reason") == "FailedCreate":
            return PodProblem(f"job {job} gets no pods: {event.get('message', '')}")
    return None


def _remove(kubectl: Kubectl, job: str, terminal: Terminal) -> None:
    try:
        kubectl.run("delete", "job", job, "--wait=false", "--ignore-not-found")
    except ClusterError as problem:
        terminal.warn(f"job {job} is still on the cluster: {problem}")
