"""Finish a load: commit its results, and report what is missing."""

import time

from celsiusify_cluster.console import StopAsked, Terminal
from celsiusify_cluster.errors import ClusterError, MeasurementError
from celsiusify_cluster.exit_codes import ExitCode
from celsiusify_cluster.kube.kubectl import Kubectl, Object
from celsiusify_cluster.kube.pod_problems import exit_code, has_ended, lost
from celsiusify_cluster.load.launch import pods_of
from celsiusify_cluster.load.receiver import LogReceiver
from celsiusify_cluster.observe.outputs import ClusterRun, write_outcome
from celsiusify_cluster.observe.sampler import Sampler

POLL_S = 0.5


def finish(
    receiver: LogReceiver,
    cluster_run: ClusterRun,
    sampler: Sampler,
    stop: StopAsked,
    terminal: Terminal,
) -> int:
    """Commit the results, and report the end of the load; return the exit code.

    Raises:
        ClusterError: If there are no complete results; the message says why.
    """
    if receiver.received is None and stop.count:
        return ExitCode.INTERRUPTED
    if receiver.received is None:
        _fetch_again(receiver, cluster_run.job["metadata"]["name"])
    assert receiver.received is not None
    folder = receiver.home.commit(receiver.received)
    cluster_run.refresh()
    write_outcome(folder, receiver, cluster_run, sampler)
    terminal.say(f"results are in {folder}: {len(receiver.received.files)} files, all verified")
    return ExitCode.INTERRUPTED if stop.count else _code(receiver, cluster_run, terminal)


def _code(receiver: LogReceiver, cluster_run: ClusterRun, terminal: Terminal) -> int:
    """Return the leader's exit code, and warn about each lost pod."""
    kubectl, job = receiver.kubectl, cluster_run.job["metadata"]["name"]
    try:
        code = _leader_code(kubectl, receiver.pod)
        for loss in _losses(kubectl, job):
            terminal.warn(loss)
    except ClusterError as problem:
        terminal.warn(f"how the load ended isn't known: {problem}")
        return ExitCode.INVALID
    return ExitCode.INVALID if code is None else code


def _fetch_again(receiver: LogReceiver, job: str) -> None:
    try:
        receiver.fetch_again()
    except MeasurementError as problem:
        said = receiver.problem or str(problem)
        raise _no_results(receiver.kubectl, job, receiver.pod, said) from problem


def _leader_code(kubectl: Kubectl, pod: str) -> int | None:
    """Return the leader's exit code; None if its pod is gone, or doesn't end."""
    deadline = time.monotonic() + kubectl.limits.answer_s
    while time.monotonic() < deadline:
        found = kubectl.items("pods", f"--field-selector=metadata.name={pod}")
        if not found or has_ended(found[0]):
            return exit_code(found[0]) if found else None
        time.sleep(POLL_S)
    return None


def _losses(kubectl: Kubectl, job: str) -> list[str]:
    """Return the lost pods of the Job, each with the reason; or that the deadline passed."""
    pods = [said for said in map(lost, pods_of(kubectl, job)) if said]
    return [*pods, *_deadline(kubectl, job)]


def _no_results(kubectl: Kubectl, job: str, pod: str, problem: str) -> ClusterError:
    """Return why a load that began sent no results."""
    code = _leader_code(kubectl, pod)
    if code == ExitCode.USAGE:
        return ClusterError("the leader ended with code 2: its last line says why")
    if said := _losses(kubectl, job):
        return MeasurementError(said[0])
    if code is None:
        return MeasurementError(f"pod {pod} no longer exists, and neither do its results")
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
