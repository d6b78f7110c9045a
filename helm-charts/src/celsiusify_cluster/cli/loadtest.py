"""`celsiusify-cluster loadtest`: load targets inside the cluster, and fetch the results."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from celsiusify_cluster.cli.main import VERBS, Session
from celsiusify_cluster.cli.options import release_options, results_option
from celsiusify_cluster.cli.params import POSITIVE
from celsiusify_cluster.console import StopAsked, Terminal
from celsiusify_cluster.errors import ClusterError
from celsiusify_cluster.kube.kubectl import Kubectl, Object
from celsiusify_cluster.kube.release import ReleaseRef
from celsiusify_cluster.load.download import StagingDir
from celsiusify_cluster.load.finish import finish
from celsiusify_cluster.load.job import TARGETS_LABEL, LoadRequest, build, choose, target_urls
from celsiusify_cluster.load.launch import leader_of, running_job, wait_for_start
from celsiusify_cluster.load.options import LoadOption, load_options
from celsiusify_cluster.load.receiver import LogReceiver
from celsiusify_cluster.observe.outputs import ClusterRun
from celsiusify_cluster.observe.sampler import Sampler
from celsiusify_cluster.observe.samples import find_workloads

START_TIMEOUT_S = 300.0
Function = TypeVar("Function", bound=Callable[..., Any])


class HandedOn(click.ParamType[str]):
    """A value that is handed on to the load as it is, once its form is checked."""

    def __init__(self, option: LoadOption) -> None:
        self.name = option.flag
        self._option = option

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the value if its form is right."""
        if not self._option.accepts(value):
            self.fail(f"{value!r}; expected {self._option.expected}", param, ctx)
        return str(value)


def handed_on_options(function: Function) -> Function:
    """Add the options of a load; the function gets them by their flags."""
    for option in reversed(load_options()):
        function = click.option(
            option.flag,
            option.name,
            type=HandedOn(option) if option.metavars else None,
            is_flag=not option.metavars,
            nargs=max(1, len(option.metavars)),
            metavar=" ".join(option.metavars) or None,
            help=option.meaning,
        )(function)
    return function


def handed_on(parameters: dict[str, Any]) -> list[str]:
    """Return the options of a load that were given, as its command line has them."""
    arguments: list[str] = []
    for option in load_options():
        value = parameters[option.name]
        if isinstance(value, tuple):
            arguments += [option.flag, *value]
        elif value:
            arguments.append(option.flag if value is True else f"{option.flag}={value}")
    return arguments


@click.command(help=VERBS["loadtest"])
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@release_options
@click.option("--workers", type=click.IntRange(0), metavar="N", help="pods that generate load")
@handed_on_options
@results_option
@click.option(
    "--start-timeout",
    "start_timeout_s",
    type=POSITIVE,
    default=START_TIMEOUT_S,
    show_default=True,
    metavar="SECONDS",
    help="time for the load's pods to start",
)
@click.pass_obj
def command(
    session: Session,
    /,
    release: ReleaseRef,
    targets: Sequence[str],
    workers: int | None,
    results: Path,
    start_timeout_s: float,
    **load: Any,
) -> int:
    """Create a Job, follow it, and fetch its results; return the leader's exit code.

    Raises:
        ClusterError: If the load can't start.
        MeasurementError: If it started, and its results aren't complete.
    """
    request = LoadRequest(targets, handed_on(load), workers, session.extra)
    return load_on_cluster(
        Kubectl(release, session.limits), request, results, start_timeout_s, session.terminal
    )


def load_on_cluster(
    kubectl: Kubectl,
    request: LoadRequest,
    results: Path,
    start_timeout_s: float,
    terminal: Terminal,
) -> int:
    """Load targets by a Job; the parameters are those of `command`."""
    version = kubectl.server_version()
    kubectl.get("namespace", kubectl.release.namespace)
    chosen = choose(_cron_jobs(kubectl), request.targets)
    _refuse_second_load(kubectl)
    job = build(chosen, request, kubectl.release.name, datetime.now(UTC))
    with (
        StopAsked() as stop,
        StagingDir(results) as home,
        running_job(kubectl, job, stop, terminal),
    ):
        workloads = find_workloads(kubectl, target_urls(_args(job)))
        with Sampler(kubectl, workloads) as sampler:
            pods = wait_for_start(kubectl, job, start_timeout_s, stop, terminal)
            cluster_run = ClusterRun(kubectl, version, job, workloads, pods)
            receiver = LogReceiver(kubectl, _leader(pods), home, terminal)
            receiver.follow(sampler, stop)
        return finish(receiver, cluster_run, sampler, stop, terminal)


def _cron_jobs(kubectl: Kubectl) -> dict[str, Object]:
    selector = f"--selector={kubectl.release.labels()},{TARGETS_LABEL}"
    found = kubectl.items("cronjobs", selector)
    return {entry["metadata"]["labels"][TARGETS_LABEL]: entry for entry in found}


def _refuse_second_load(kubectl: Kubectl) -> None:
    """Two loads at once would measure each other."""
    for job in kubectl.items("jobs", f"--selector={kubectl.release.labels()},{TARGETS_LABEL}"):
        if job.get("status", {}).get("active"):
            name = job["metadata"]["name"]
            raise ClusterError(
                f"job {name} is loading already: wait for its end, or "
                f"`kubectl delete job {name} --namespace {kubectl.release.namespace}`"
            )


def _args(job: Object) -> list[str]:
    args: list[str] = job["spec"]["template"]["spec"]["containers"][0]["args"]
    return args


def _leader(pods: Sequence[Object]) -> str:
    leader = leader_of(pods)
    assert leader is not None
    return str(leader["metadata"]["name"])
