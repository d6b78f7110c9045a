"""Find what keeps a pod from running, and how long to wait for it."""

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
class Trouble:
    """What is wrong.

    Attributes:
        said: In one line.
        may_pass: Does Kubernetes try again, and may succeed?
        homeless: The pod that fits no node, where that is it.
    """

    said: str
    may_pass: bool = True
    homeless: str | None = None

    def __str__(self) -> str:
        return self.said


def trouble(pods: Sequence[Object]) -> Trouble | None:
    """The first pod's trouble, or None."""
    return next((said for pod in pods for said in _troubles(pod)), None)


def lost(pod: Object) -> str | None:
    """Why a pod ended that shouldn't have: evicted, killed for its memory, its node lost."""
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
    """Is a pod at its end? One that is lost may have no container that ended."""
    phase = pod.get("status", {}).get("phase")
    return phase in ("Succeeded", "Failed") or exit_code(pod) is not None


def state(pod: Object) -> str:
    """What a pod is at, as `kubectl get pods` calls it."""
    if pod["metadata"].get("deletionTimestamp"):
        return "Terminating"
    status = pod.get("status", {})
    waiting = (
        entry.get("state", {}).get("waiting") for entry in status.get("containerStatuses", ())
    )
    reasons = (entry.get("reason") for entry in waiting if entry)
    return str(next(filter(None, reasons), None) or status.get("phase", "Unknown"))


def exit_code(pod: Object) -> int | None:
    """The code that a pod's first container ended with, None while it runs."""
    for entry in pod.get("status", {}).get("containerStatuses", ())[:1]:
        ended = entry.get("state", {}).get("terminated")
        return int(ended["exitCode"]) if ended else None
    return None


def _troubles(pod: Object) -> Iterator[Trouble]:
    name, status = pod["metadata"]["name"], pod.get("status", {})
    for condition in status.get("conditions", ()):
        if condition.get("reason") == "Unschedulable" and condition["status"] == "False":
            message = condition.get("message", "no node fits")
            yield Trouble(f"pod {name} can't be scheduled: {message}", homeless=name)
    entries = (*status.get("initContainerStatuses", ()), *status.get("containerStatuses", ()))
    for entry in entries:
        waiting = entry.get("state", {}).get("waiting", {})
        reason, message = waiting.get("reason"), waiting.get("message", "").strip()
        if reason in NO_IMAGE | NEVER_AN_IMAGE:
            why = ": ".join(filter(None, (reason, _runtime_s_words(message))))
            yield Trouble(
                f"image {entry['image']} of pod {name} can't be had ({why}): "
                f"`make image` and `make cluster`, or `make push`, bring it to the cluster",
                may_pass=reason in NO_IMAGE,
            )
        elif reason in CAN_T_START:
            yield Trouble(f"pod {name} can't start: {reason}: {message}")
        elif reason == CRASHING:
            how = f"`kubectl logs --previous {name}` says why"
            yield Trouble(f"pod {name} ends again and again: {how}")


def _runtime_s_words(message: str) -> str:
    """Why an image can't be pulled: the last of what a container runtime says, after the images."""
    return BACK_OFF.sub("", message).rpartition('": ')[2][:LENGTH]


def _memory_limit(pod: Object, container: str) -> str:
    for entry in pod["spec"]["containers"]:
        limit = entry.get("resources", {}).get("limits", {}).get("memory")
        if entry["name"] == container and limit:
            return f", {limit},"
    return ""


PATIENCE_S = 20.0
"""A pull is tried again after ten seconds, and then after twenty."""


class Patience:
    """Watches a trouble until it is time to give up.

    Args:
        node_is_coming: Tells of a pod that fits no node whether it will.

    Attributes:
        seen: What is wrong now.
    """

    def __init__(self, node_is_coming: Callable[[str], bool]) -> None:
        self._node_is_coming = node_is_coming
        self.seen: Trouble | None = None
        self._since_s: float | None = None

    def is_lost(self, trouble: Trouble | None) -> bool:
        """Note what there is now; is it for good, or has it lasted too long?"""
        self.seen = trouble
        if trouble is None:
            self._since_s = None
            return False
        self._since_s = self._since_s or time.monotonic()
        if time.monotonic() - self._since_s <= PATIENCE_S:
            return not trouble.may_pass
        return trouble.homeless is None or not self._node_is_coming(trouble.homeless)


COMING = {
    "TriggeredScaleUp",  # of Cluster Autoscaler, and so of GKE's Autopilot
    "Nominated",  # of Karpenter
}
"""The reasons of a pod's events that say so."""


def node_is_coming(kubectl: Kubectl, pod: str) -> bool:
    """Is a node being added for a pod, as far as may be asked?"""
    return any(event.get("reason") in COMING for event in kubectl.events_of(pod))
