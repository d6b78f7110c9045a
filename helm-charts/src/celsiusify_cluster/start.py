"""From a Job that was created to a leader that runs, or to the reason why it doesn't."""

import time
from collections.abc import Sequence

from celsiusify_cluster.errors import ClusterError, Exit
from celsiusify_cluster.job import INDEX_LABEL, JOB_LABEL
from celsiusify_cluster.kubectl import Kubectl, Object
from celsiusify_cluster.patience import Patience
from celsiusify_cluster.signals import StopAsked
from celsiusify_cluster.terminal import Terminal
from celsiusify_cluster.trouble import Trouble, trouble

POLL_S = 0.5
STARTED = ("Running", "Succeeded", "Failed")


class NotStarted(ClusterError):  # noqa: N818  # it says what didn't happen
    """The load was interrupted before it began."""

    code = Exit.INTERRUPTED


def await_leader(
    kubectl: Kubectl, job: str, timeout_s: float, stop: StopAsked, terminal: Terminal
) -> Object:
    """Wait until the leader's pod runs, and return it.

    Raises:
        ClusterError: If something keeps a pod of the Job from starting.
        NotStarted: If a signal came first.
    """
    began_s, patience = time.monotonic(), Patience()
    while not stop.count:
        pods = pods_of(kubectl, job)
        leader = leader_of(pods)
        if leader and leader["status"].get("phase") in STARTED:
            return leader
        if patience.is_lost(trouble(pods) or (None if pods else _refusal(kubectl, job))):
            raise ClusterError(str(patience.seen))
        elapsed_s = time.monotonic() - began_s
        if elapsed_s > timeout_s:
            raise ClusterError(f"job {job} didn't start within {timeout_s:.0f} s")
        terminal.show(f"{elapsed_s:.0f} s  waiting for {job} to start  {patience.seen or ''}")
        stop.sleep(POLL_S)
    raise NotStarted("interrupted before the load began")


def pods_of(kubectl: Kubectl, job: str) -> list[Object]:
    """All pods of a Job."""
    return kubectl.items("pods", f"--selector={JOB_LABEL}={job}")


def leader_of(pods: Sequence[Object]) -> Object | None:
    """The pod with index 0, the newest if there are several."""
    leaders = [pod for pod in pods if pod["metadata"]["labels"].get(INDEX_LABEL) == "0"]
    return max(leaders, key=lambda pod: str(pod["metadata"]["creationTimestamp"]), default=None)


def _refusal(kubectl: Kubectl, job: str) -> Trouble | None:
    """Why Kubernetes makes no pods of a Job: a quota, or a policy."""
    selector = f"--field-selector=involvedObject.name={job}"
    for event in kubectl.try_items("events", selector):
        if event.get("reason") == "FailedCreate":
            return Trouble(f"job {job} gets no pods: {event.get('message', '')}")
    return None
