"""`celsiusify-cluster create`: a cluster on this machine, for those who have none."""

import tempfile
from pathlib import Path

import click

from celsiusify_cluster.cli.main import VERBS, Session
from celsiusify_cluster.cli.options import chart_option, image_options
from celsiusify_cluster.errors import ClusterError
from celsiusify_cluster.exit_codes import ExitCode
from celsiusify_cluster.kube.chart import packaged
from celsiusify_cluster.kube.helm import Helm
from celsiusify_cluster.kube.kubectl import Kubectl
from celsiusify_cluster.kube.metrics_api import wait_for_metrics
from celsiusify_cluster.kube.release import NAME, ReleaseRef
from celsiusify_cluster.local.clusters import (
    METRICS_SERVER,
    Engine,
    LocalCluster,
    images,
    local_cluster,
)

SYSTEM = "kube-system"
METRICS_RELEASE = "metrics-server"

name_option = click.option(
    "--name", default=NAME, show_default=True, metavar="NAME", help="name of the cluster"
)
engine_option = click.option(
    "--engine", default="docker", show_default=True, metavar="PROGRAM", help="container engine"
)


@click.command(help=VERBS["create"])
@chart_option
@image_options
@name_option
@engine_option
@click.pass_obj
def command(
    session: Session, /, chart: Path | None, image_settings: list[str], name: str, engine: str
) -> ExitCode:
    """Create a cluster with metrics-server and the images that the chart uses.

    An existing cluster is kept, so that the command can be repeated after `make image`.

    Raises:
        ClusterError: If something is missing, or doesn't become ready.
    """
    terminal, cluster = session.terminal, local_cluster(name, engine)
    release = ReleaseRef(SYSTEM, METRICS_RELEASE, cluster.context)
    kubectl = Kubectl(release, session.limits)
    release = kubectl.release  # with the context that is current now
    helm = Helm(release)
    with packaged(chart, helm) as package, tempfile.TemporaryDirectory() as folder:
        used = images(helm.run("template", NAME, str(package), *image_settings))
        archives = [Engine(cluster.engine).save(image, Path(folder)) for image in used]
        cluster.create()
        _check_that_it_answers(kubectl, cluster)
        for image, archive in zip(used, archives, strict=True):
            terminal.say(f"loading {image}")
            cluster.load(archive)
    if not cluster.has_metrics_server:
        _install_metrics_server(helm, session)
    wait_for_metrics(kubectl, terminal)
    terminal.clear()
    terminal.say(f"cluster {cluster.name} is ready, context {cluster.context}: `make deploy`")
    return ExitCode.OK


def _check_that_it_answers(kubectl: Kubectl, cluster: LocalCluster) -> None:
    try:
        kubectl.server_version()
    except ClusterError as problem:
        raise ClusterError(
            f"cluster {cluster.name} exists but doesn't answer: `make delete` and `make cluster` "
            f"create it again"
        ) from problem


def _install_metrics_server(helm: Helm, session: Session) -> None:
    session.terminal.say(f"installing metrics-server {METRICS_SERVER['version']}")
    helm.run(
        "upgrade",
        "--install",
        METRICS_RELEASE,
        "metrics-server",
        f"--repo={METRICS_SERVER['repo']}",
        f"--version={METRICS_SERVER['version']}",
        f"--set=args={METRICS_SERVER['args']}",
        "--wait",
        f"--timeout={session.limits.metrics_s:g}s",
    )
