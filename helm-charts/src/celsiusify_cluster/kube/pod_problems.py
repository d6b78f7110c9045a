"""Detect the problems that keep a pod from running, and how long to wait."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from celsiusify_cluster.kube.kubectl import Kubectl, Object

NO_IMAGE = {
    "ErrImagePull",
    "ImageInspectError",
    "ImagePullBackOff",
    "RegistryUnavailable",
    "SignatureValidationFailed",
}
NEVER_AN_IMAGE = {"ErrImageNeverPull", "InvalidImageName"}
CAN_T_START = {"CreateContainerConfigError", "CreateContainerError", "RunContainerError"}
CRASHING = "CrashLoopBackOff"
BACK_OFF = re.compile(r'Back-off pulling image "[^"]*"(?:: \w+: )?')
LENGTH = 200  # of what a container runtime says


@dataclass(frozen=True)
class PodProblem:
    """A problem of a pod.

    Attributes:
        said: The description in one line.
        is_transient: Whether Kubernetes retries and may succeed.
        unschedulable_pod: The pod that fits no node, if that is the problem.
    """

    said: str
    is_transient: bool = True
    unschedulable_pod: str | None = None

    def __str__(self) -> str:
        return self.said


def pod_problem(pods: Sequence[Object]) -> PodProblem | None:
    """Return the problem of the first pod that has one, or None."""
    return next((said for pod in pods for said in _pod_problems(pod)), None)


def lost(pod: Object) -> str | None:
    """Return why a pod ended unexpectedly: evicted, out of memory, node lost; None if it didn't."""
    name, status = pod["metadata"]["name"], pod.get("status", {})
    for entry in status.get("containerStatuses", ()):
        ended = entry.get("state", {}).get("terminated", {})
        if ended.get("reason") == "OOMKilled":
            limit = _memory_limit(pod, entry["name"])
            return f"pod {name} took more memory than it may{limit} and was killed (OOMKilled)"
    if status.get("phase") == "Failed" and status.get("reason"):
        return f"pod {name} was lost: {status['reason']}: {status.get('message', '').strip()}"
    for condition in status.get("conditions", ()):
        if condition["type"] == "DisruptionTarget" and condition["status"] == "True":
            said = f"{condition.get('reason')}: {condition.get('message', '')}".strip()
            return f"pod {name} was disrupted: {said}"
    return None


def has_ended(pod: Object) -> bool:
    """Return True if a pod has ended; a lost pod may have no container that ended."""
    phase = pod.get("status", {}).get("phase")
    return phase in ("Succeeded", "Failed") or exit_code(pod) is not None


def state(pod: Object) -> str:
    """Return a pod's state, by the name that `kubectl get pods` uses."""
    if pod["metadata"].get("deletionTimestamp"):
        return "Terminating"
    status = pod.get("status", {})
    waiting = (
        entry.get("state", {}).get("waiting") for entry in status.get("containerStatuses", ())
    )
    reasons = (entry.get("reason") for entry in waiting if entry)
    return str(next(filter(None, reasons), None) or status.get("phase", "Unknown"))


def exit_code(pod: Object) -> int | None:
    """Return the exit code of a pod's first container, None while it runs."""
    for entry in pod.get("status", {}).get("containerStatuses", ())[:1]:
        ended = entry.get("state", {}).get("terminated")
        return int(ended["exitCode"]) if ended else None
    return None


def _pod_problems(pod: Object) -> Iterator[PodProblem]:
    name, status = pod["metadata"]["name"], pod.get("status", {})
    for condition in status.get("conditions", ()):
        if condition.get("reason") == "Unschedulable" and condition["status"] == "False":
            message = condition.get("message", "no node fits")
            yield PodProblem(f"pod {name} can't be scheduled: {message}", unschedulable_pod=name)
    entries = (*status.get("initContainerStatuses", ()), *status.get("containerStatuses", ()))
    for entry in entries:
        waiting = entry.get("state", {}).get("waiting", {})
        reason, message = waiting.get("reason"), waiting.get("message", "").strip()
        if reason in NO_IMAGE | NEVER_AN_IMAGE:
            why = ": ".join(filter(None, (reason, _runtime_s_words(message))))
            yield PodProblem(
                f"image {entry['image']} of pod {name} can't be pulled ({why}): "
                f"`make image` and `make cluster`, or `make push`, bring it to the cluster",
                is_transient=reason in NO_IMAGE,
            )
        elif reason in CAN_T_START:
            yield PodProblem(f"pod {name} can't start: {reason}: {message}")
        elif reason == CRASHING:
            how = f"`kubectl logs --previous {name}` says why"
            yield PodProblem(f"pod {name} ends again and again: {how}")


def _runtime_s_words(message: str) -> str:
    """Return why an image can't be pulled: the last part of a container runtime's message."""
    return BACK_OFF.sub("", message).rpartition('": ')[2][:LENGTH]


def _memory_limit(pod: Object, container: str) -> str:
    for entry in pod["spec"]["containers"]:
        limit = entry.get("resources", {}).get("limits", {}).get("memory")
        if entry["name"] == container and limit:
            return f", {limit},"
    return ""


class GracePeriod:
    """The time for which a problem may last.

    Args:
        node_is_coming: Returns True if a node is being added for an unschedulable pod.
        limit_s: The time in s.

    Attributes:
        seen: The current problem.
    """

    def __init__(self, node_is_coming: Callable[[str], bool], limit_s: float) -> None:
        self._node_is_coming = node_is_coming
        self._limit_s = limit_s
        self.seen: PodProblem | None = None
        self._since_s: float | None = None

    def is_over(self, pod_problem: PodProblem | None) -> bool:
        """Note the current problem; return True if it is permanent or has lasted too long."""
        self.seen = pod_problem
        if pod_problem is None:
            self._since_s = None
            return False
        self._since_s = self._since_s or time.monotonic()
        if time.monotonic() - self._since_s <= self._limit_s:
            return not pod_problem.is_transient
        return pod_problem.unschedulable_pod is None or not self._node_is_coming(
            pod_problem.unschedulable_pod
        )


COMING = {
    "TriggeredScaleUp",  # of Cluster Autoscaler, and so of GKE's Autopilot
    "Nominated",  # of Karpenter
}
"""The reasons of a pod's events that say so."""


def node_is_coming(kubectl: Kubectl, pod: str) -> bool:
    """Return True if a node is being added for a pod, as far as events may be read."""
    return any(event.get("reason") in COMING for event in kubectl.events_of(pod))
