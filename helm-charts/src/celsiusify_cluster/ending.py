"""How a load's Job ended, where that isn't in its results."""

import time

from celsiusify_cluster.errors import ClusterError, Exit, MeasurementError
from celsiusify_cluster.kubectl import Kubectl, Object
from celsiusify_cluster.start import pods_of
from celsiusify_cluster.trouble import exit_code, has_ended, lost

PATIENCE_S = 30.0
POLL_S = 0.5


def leader_code(kubectl: Kubectl, pod: str) -> int | None:
    """The code that the leader ended with; None if its pod is gone, or it doesn't end."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        found = kubectl.items("pods", f"--field-selector=metadata.name={pod}")
        if not found or has_ended(found[0]):
            return exit_code(found[0]) if found else None
        time.sleep(POLL_S)
    return None


def losses(kubectl: Kubectl, job: str) -> list[str]:
    """Which pods of the Job were lost, and why; or that it took too long."""
    pods = [said for said in map(lost, pods_of(kubectl, job)) if said]
    return [*pods, *_deadline(kubectl, job)]


def no_results(kubectl: Kubectl, job: str, pod: str, problem: str) -> ClusterError:
    """Why a load that began sent nothing home."""
    code = leader_code(kubectl, pod)
    if code == Exit.USAGE:
        return ClusterError("the leader ended with code 2: its last line says why")
    if said := losses(kubectl, job):
        return MeasurementError(said[0])
    if code is None:
        return MeasurementError(f"pod {pod} is gone, and its results with it")
    return MeasurementError(f"the leader ended with code {code}: {problem}")


def _deadline(kubectl: Kubectl, job: str) -> list[str]:
    found: list[Object] = kubectl.items("jobs", f"--field-selector=metadata.name={job}")
    return [
        f"job {job} took longer than it may: {condition.get('message', '')}"
        for entry in found
        for condition in entry.get("status", {}).get("conditions", ())
        if condition.get("reason") == "DeadlineExceeded"
    ]
