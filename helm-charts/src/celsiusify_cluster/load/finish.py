"""The end of a load: its results in their folder, and what isn't in them."""

import time

from celsiusify_cluster.console import StopAsked, Terminal
from celsiusify_cluster.errors import ClusterError, MeasurementError
from celsiusify_cluster.exit_codes import ExitCode
from celsiusify_cluster.kube.kubectl import Kubectl, Object
from celsiusify_cluster.kube.pod_problems import exit_code, has_ended, lost
from celsiusify_cluster.load.launch import pods_of
from celsiusify_cluster.load.receiver import Reception
from celsiusify_cluster.observe.outputs import Stay, write_outcome
from celsiusify_cluster.observe.sampler import Sampler

PATIENCE_S = 30.0
POLL_S = 0.5


def finish(
    reception: Reception, stay: Stay, sampler: Sampler, stop: StopAsked, terminal: Terminal
) -> int:
    """Put results where they belong, and say how the load ended; returns the command's exit code.

    Raises:
        ClusterError: If no results came, or not whole ones; it says why.
    """
    if reception.received is None and stop.count:
        return ExitCode.INTERRUPTED
    if reception.received is None:
        _fetch_again(reception, stay.job["metadata"]["name"])
    assert reception.received is not None
    folder = reception.home.settle(reception.received)
    stay.look_again()
    write_outcome(folder, reception, stay, sampler)
    terminal.say(f"brought home to {folder}: {len(reception.received.files)} files, all verified")
    return ExitCode.INTERRUPTED if stop.count else _code(reception, stay, terminal)


def _code(reception: Reception, stay: Stay, terminal: Terminal) -> int:
    """The leader's code, and a word on each pod that was lost."""
    kubectl, job = reception.kubectl, stay.job["metadata"]["name"]
    try:
        code = _leader_code(kubectl, reception.pod)
        for loss in _losses(kubectl, job):
            terminal.warn(loss)
    except ClusterError as problem:
        terminal.warn(f"how the load ended isn't known: {problem}")
        return ExitCode.INVALID
    return ExitCode.INVALID if code is None else code


def _fetch_again(reception: Reception, job: str) -> None:
    try:
        reception.fetch_again()
    except MeasurementError as problem:
        said = reception.problem or str(problem)
        raise _no_results(reception.kubectl, job, reception.pod, said) from problem


def _leader_code(kubectl: Kubectl, pod: str) -> int | None:
    """The code that the leader ended with; None if its pod is gone, or it doesn't end."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        found = kubectl.items("pods", f"--field-selector=metadata.name={pod}")
        if not found or has_ended(found[0]):
            return exit_code(found[0]) if found else None
        time.sleep(POLL_S)
    return None


def _losses(kubectl: Kubectl, job: str) -> list[str]:
    """Which pods of the Job were lost, and why; or that it took too long."""
    pods = [said for said in map(lost, pods_of(kubectl, job)) if said]
    return [*pods, *_deadline(kubectl, job)]


def _no_results(kubectl: Kubectl, job: str, pod: str, problem: str) -> ClusterError:
    """Why a load that began sent nothing home."""
    code = _leader_code(kubectl, pod)
    if code == ExitCode.USAGE:
        return ClusterError("the leader ended with code 2: its last line says why")
    if said := _losses(kubectl, job):
        return MeasurementError(said[0])
    if code is None:
        return MeasurementError(f"pod {pod} is gone, and its results with it")
    return MeasurementError(f"the leader ended with code {code}: {problem}")


def _deadline(kubectl: Kubectl, job: str) -> list[str]:
    found: list[Object] = kubectl.items("jobs", f"--field-selector=metadata.name={job}")
    said = [
        f"job {job} took longer than its deadline, load-tests.job.deadlineSeconds of the chart: "
        f"{condition.get('message', '')}"
        for entry in found
        for condition in entry.get("status", {}).get("conditions", ())
        if condition.get("reason") == "DeadlineExceeded"
    ]
    return said[:1]  # first as a condition that it is about to fail, then that it did
