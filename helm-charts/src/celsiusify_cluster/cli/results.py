"""`celsiusify-cluster results`: fetch the results of a load that has ended, again or at last."""

import argparse
from pathlib import Path

from celsiusify_cluster.console import Terminal
from celsiusify_cluster.errors import ClusterError, Exit, MeasurementError
from celsiusify_cluster.kube.kubectl import Kubectl
from celsiusify_cluster.kube.pod_problems import has_ended
from celsiusify_cluster.kube.release import add_place_options, place
from celsiusify_cluster.load.download import Landing
from celsiusify_cluster.load.job import TARGETS_LABEL
from celsiusify_cluster.load.launch import leader_of, pods_of
from celsiusify_cluster.load.receiver import Reception
from celsiusify_cluster.observe.outputs import merge_files


def add_results_options(verb: argparse.ArgumentParser) -> None:
    """Add the options of `results`."""
    verb.add_argument("job", nargs="?", default="", metavar="JOB", help="by default the last")
    add_place_options(verb)
    verb.add_argument(
        "--results", type=Path, default=Path("results"), metavar="DIR", help="folder of all runs"
    )


def fetch_results(options: argparse.Namespace, terminal: Terminal) -> Exit:
    """Read a Job's results from its leader's log, or from what it holds.

    Raises:
        ClusterError: If there is no such Job, or its pod is gone.
        MeasurementError: If its results aren't whole.
    """
    kubectl = Kubectl(place(options))
    job = options.job or _last_job(kubectl)
    leader = leader_of(pods_of(kubectl, job))
    if leader is None:
        raise ClusterError(f"job {job} has no pod: it is unknown, or was removed with its results")
    with Landing(options.results) as home:
        reception = Reception(kubectl, leader["metadata"]["name"], home, terminal)
        try:
            reception.fetch_again()
        except MeasurementError as problem:
            if not has_ended(leader):
                raise ClusterError(f"job {job} hasn't ended: `make status` shows it") from problem
            raise
        assert reception.received is not None
        folder = home.settle(reception.received)
    merge_files(folder, reception.received.files)
    terminal.say(f"brought home to {folder}: {len(reception.received.files)} files, all verified")
    return Exit.OK


def _last_job(kubectl: Kubectl) -> str:
    jobs = kubectl.items("jobs", f"--selector={kubectl.place.labels()},{TARGETS_LABEL}")
    if not jobs:
        raise ClusterError(f"there is no load's job in namespace {kubectl.place.namespace}")
    last = max(jobs, key=lambda job: str(job["metadata"]["creationTimestamp"]))
    return str(last["metadata"]["name"])
