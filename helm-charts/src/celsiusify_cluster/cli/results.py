"""`celsiusify-cluster results`: fetch the results of a load that has ended, again or at last."""

from pathlib import Path

import click

from celsiusify_cluster.cli.main import VERBS, Session
from celsiusify_cluster.cli.options import release_options, results_option
from celsiusify_cluster.errors import ClusterError, MeasurementError
from celsiusify_cluster.exit_codes import ExitCode
from celsiusify_cluster.kube.kubectl import Kubectl
from celsiusify_cluster.kube.pod_problems import has_ended
from celsiusify_cluster.kube.release import ReleaseRef
from celsiusify_cluster.load.download import StagingDir
from celsiusify_cluster.load.job import TARGETS_LABEL
from celsiusify_cluster.load.launch import leader_of, pods_of
from celsiusify_cluster.load.receiver import LogReceiver
from celsiusify_cluster.observe.outputs import merge_files


@click.command(help=VERBS["results"])
@click.argument("job", required=False, metavar="[JOB]")
@release_options
@results_option
@click.pass_obj
def command(session: Session, /, release: ReleaseRef, job: str | None, results: Path) -> ExitCode:
    """Read a Job's results from its leader's log, or from what it holds.

    Raises:
        ClusterError: If there is no such Job, or its pod is gone.
        MeasurementError: If its results aren't whole.
    """
    kubectl, terminal = Kubectl(release, session.limits), session.terminal
    job = job or _last_job(kubectl)
    leader = leader_of(pods_of(kubectl, job))
    if leader is None:
        raise ClusterError(f"job {job} has no pod: it is unknown, or was removed with its results")
    with StagingDir(results) as home:
        receiver = LogReceiver(kubectl, leader["metadata"]["name"], home, terminal)
        try:
            receiver.fetch_again()
        except MeasurementError as problem:
            if not has_ended(leader):
                raise ClusterError(f"job {job} hasn't ended: `make status` shows it") from problem
            raise
        assert receiver.received is not None
        folder = home.commit(receiver.received)
    merge_files(folder, receiver.received.files)
    terminal.say(f"results are in {folder}: {len(receiver.received.files)} files, all verified")
    return ExitCode.OK


def _last_job(kubectl: Kubectl) -> str:
    jobs = kubectl.items("jobs", f"--selector={kubectl.release.labels()},{TARGETS_LABEL}")
    if not jobs:
        raise ClusterError(f"there is no load's job in namespace {kubectl.release.namespace}")
    last = max(jobs, key=lambda job: str(job["metadata"]["creationTimestamp"]))
    return str(last["metadata"]["name"])
