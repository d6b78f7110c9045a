"""`celsiusify-cluster create` and `delete`: a cluster on this machine, for those who have none."""

import argparse
import tempfile
import time
from pathlib import Path

from celsiusify_cluster.chart import add_chart_option, packaged
from celsiusify_cluster.deploy_verb import METRICS, add_image_options, image_settings
from celsiusify_cluster.engine import Engine, images
from celsiusify_cluster.errors import ClusterError, Exit
from celsiusify_cluster.helm import Helm
from celsiusify_cluster.kubectl import Kubectl
from celsiusify_cluster.local_cluster import METRICS_SERVER, LocalCluster, local_cluster
from celsiusify_cluster.place import NAME, Place
from celsiusify_cluster.terminal import Terminal

SYSTEM = "kube-system"
TIMEOUT_S = 240
POLL_S = 2.0


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
    place = Place(namespace=SYSTEM, context=cluster.context)
    helm, engine = Helm(place), Engine(cluster.engine)
    with packaged(options, helm) as chart, tempfile.TemporaryDirectory() as folder:
        used = images(helm.run("template", NAME, str(chart), *image_settings(options)))
        archives = [engine.save(image, Path(folder)) for image in used]
        if not cluster.exists():
            cluster.create()
        for image, archive in zip(used, archives, strict=True):
            terminal.say(f"loading {image}")
            cluster.load(archive)
    kubectl = Kubectl(place)
    if not cluster.has_metrics_server:
        _install_metrics_server(helm, terminal)
    _await_metrics(kubectl, terminal)
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


def _install_metrics_server(helm: Helm, terminal: Terminal) -> None:
    terminal.say(f"installing metrics-server {METRICS_SERVER['version']}")
    helm.run(
        "upgrade",
        "--install",
        "metrics-server",
        "metrics-server",
        f"--repo={METRICS_SERVER['repo']}",
        f"--version={METRICS_SERVER['version']}",
        f"--set=args={METRICS_SERVER['args']}",
        "--wait",
        f"--timeout={TIMEOUT_S}s",
    )


def _await_metrics(kubectl: Kubectl, terminal: Terminal) -> None:
    """Wait until nodes have figures: an autoscaler can't scale before."""
    deadline = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline:
        if kubectl.try_items("nodes.metrics.k8s.io"):
            return
        terminal.show("waiting for the first metrics")
        time.sleep(POLL_S)
    raise ClusterError(f"metrics-server tells nothing after {TIMEOUT_S} s: see {METRICS}/nodes")
