"""`celsiusify-cluster create` and `delete`: a cluster on this machine, for those who have none."""

import argparse
import tempfile
from pathlib import Path

from celsiusify_cluster.cli.options import add_image_options, image_settings
from celsiusify_cluster.console import Terminal
from celsiusify_cluster.errors import ClusterError, Exit
from celsiusify_cluster.kube.chart import add_chart_option, packaged
from celsiusify_cluster.kube.helm import Helm
from celsiusify_cluster.kube.kubectl import Kubectl
from celsiusify_cluster.kube.metrics_api import TIMEOUT_S, await_metrics
from celsiusify_cluster.kube.release import NAME, Place
from celsiusify_cluster.local.clusters import (
    METRICS_SERVER,
    Engine,
    LocalCluster,
    images,
    local_cluster,
)

SYSTEM = "kube-system"
METRICS_RELEASE = "metrics-server"


def add_cluster_options(verb: argparse.ArgumentParser) -> None:
    """Add the options of `create` and `delete`."""
    add_chart_option(verb)
    add_image_options(verb)
    verb.add_argument("--name", default="", metavar="NAME", help=f"default {NAME}")
    verb.add_argument("--engine", default="", metavar="PROGRAM", help="default docker")


def create_cluster(options: argparse.Namespace, terminal: Terminal) -> Exit:
    """Make a cluster with metrics-server and the images that the chart uses.

    What is there already is taken as it is, so that it can be called again after `make image`.

    Raises:
        ClusterError: If something is missing, or doesn't come up.
    """
    cluster = _chosen(options)
    place = Place(namespace=SYSTEM, release=METRICS_RELEASE, context=cluster.context)
    kubectl, helm, engine = Kubectl(place), Helm(place), Engine(cluster.engine)
    with packaged(options, helm) as chart, tempfile.TemporaryDirectory() as folder:
        used = images(helm.run("template", NAME, str(chart), *image_settings(options)))
        archives = [engine.save(image, Path(folder)) for image in used]
        cluster.create()
        _check_that_it_answers(kubectl, cluster)
        for image, archive in zip(used, archives, strict=True):
            terminal.say(f"loading {image}")
            cluster.load(archive)
    if not cluster.has_metrics_server:
        _install_metrics_server(helm, terminal)
    await_metrics(kubectl, terminal)
    terminal.clear()
    terminal.say(f"cluster {cluster.name} is ready, context {cluster.context}: `make deploy`")
    return Exit.OK


def delete_cluster(options: argparse.Namespace, terminal: Terminal) -> Exit:
    """Remove the cluster.

    Raises:
        ClusterError: If there is none of that name.
    """
    cluster = _chosen(options)
    if not cluster.exists():
        raise ClusterError(f"{cluster.program} has no cluster {cluster.name}")
    cluster.delete()
    terminal.say(f"removed cluster {cluster.name}")
    return Exit.OK


def _chosen(options: argparse.Namespace) -> LocalCluster:
    return local_cluster(options.name or NAME, options.engine or "docker")


def _check_that_it_answers(kubectl: Kubectl, cluster: LocalCluster) -> None:
    try:
        kubectl.server_version()
    except ClusterError as problem:
        raise ClusterError(
            f"cluster {cluster.name} is there but doesn't answer: `make delete` and `make cluster` "
            f"make it anew"
        ) from problem


def _install_metrics_server(helm: Helm, terminal: Terminal) -> None:
    terminal.say(f"installing metrics-server {METRICS_SERVER['version']}")
    helm.run(
        "upgrade",
        "--install",
        METRICS_RELEASE,
        "metrics-server",
        f"--repo={METRICS_SERVER['repo']}",
        f"--version={METRICS_SERVER['version']}",
        f"--set=args={METRICS_SERVER['args']}",
        "--wait",
        f"--timeout={TIMEOUT_S}s",
    )
