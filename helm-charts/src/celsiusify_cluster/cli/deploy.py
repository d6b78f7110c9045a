"""`celsiusify-cluster deploy` and `undeploy`: put the release on the cluster, and take it off."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from celsiusify_cluster.cli.options import (
    add_image_options,
    add_timeout,
    add_values_option,
    image_settings,
    timeout_setting,
    values_settings,
)
from celsiusify_cluster.cli.status import print_status
from celsiusify_cluster.console import Terminal
from celsiusify_cluster.errors import ClusterError, Exit, Interrupted
from celsiusify_cluster.kube.chart import add_chart_option, packaged
from celsiusify_cluster.kube.errors import explain
from celsiusify_cluster.kube.helm import Helm
from celsiusify_cluster.kube.kubectl import Kubectl, Object
from celsiusify_cluster.kube.metrics_api import has_metrics
from celsiusify_cluster.kube.release import add_place_options, place
from celsiusify_cluster.kube.rollout import Rollout

POD_SECURITY = "pod-security.kubernetes.io"
NO_METRICS = (
    "warning: this cluster has no metrics-server, so no autoscaler will scale: install it as "
    "https://github.com/kubernetes-sigs/metrics-server says; `make cluster` does it for kind"
)


def add_deploy_options(verb: argparse.ArgumentParser) -> None:
    """Add the options of `deploy`."""
    add_place_options(verb)
    add_chart_option(verb)
    add_image_options(verb)
    add_values_option(verb)
    add_timeout(verb)


def deploy(options: argparse.Namespace, terminal: Terminal) -> Exit:
    """Install or upgrade the release, and wait until all of it is ready; else take it back.

    Raises:
        ClusterError: If something keeps it from being ready.
    """
    kubectl = Kubectl(place(options))
    helm = Helm(kubectl.place)
    kubectl.server_version()
    settings = [*values_settings(options), *image_settings(options), timeout_setting(options)]
    _make_namespace(kubectl, terminal)
    if not has_metrics(kubectl):
        terminal.warn(NO_METRICS)
    with packaged(options, helm) as chart:
        notes = _upgrade(helm, Rollout(kubectl, terminal, "server"), chart, settings)
    print_status(kubectl, terminal)
    terminal.say(f"\n{notes}" if notes else "")
    return Exit.OK


def undeploy(options: argparse.Namespace, terminal: Terminal) -> Exit:
    """Remove the release, and what it left behind; the namespace stays.

    Raises:
        ClusterError: If there is no such release.
    """
    kubectl = Kubectl(place(options))
    helm, here = Helm(kubectl.place), kubectl.place
    kubectl.server_version()
    helm.chart()
    terminal.show(f"removing {here.release}")
    helm.run("uninstall", here.release, "--wait", timeout_setting(options))
    # Pods of helm tests are no part of a release.
    kubectl.run("delete", "pods", f"--selector={here.labels(component='test')}", "--wait=false")
    terminal.clear()
    terminal.say(f"removed {here.release}; namespace {here.namespace} is still there")
    return Exit.OK


def _make_namespace(kubectl: Kubectl, terminal: Terminal) -> None:
    """Create the namespace, where only pods of Pod Security's strictest level may run."""
    name = kubectl.place.namespace
    if kubectl.run("get", "namespace", name, "--ignore-not-found", "--output=name"):
        return
    labels = {f"{POD_SECURITY}/{mode}": "restricted" for mode in ("enforce", "warn")}
    content: Object = {"apiVersion": "v1", "kind": "Namespace"}
    kubectl.create({**content, "metadata": {"name": name, "labels": labels}})
    terminal.say(f"created namespace {name}, for pods of the level `restricted` only")


def _upgrade(helm: Helm, rollout: Rollout, chart: Path, settings: Sequence[str]) -> str:
    """Run `helm upgrade`, and watch the pods meanwhile; returns the chart's notes."""
    finished = rollout.run(
        helm.command(
            "upgrade",
            "--install",
            helm.place.release,
            str(chart),
            "--wait",
            *helm.has_its_way,
            *settings,
        ),
        at_end="taking the release back",
    )
    if finished.returncode and rollout.interrupted:
        raise Interrupted("interrupted: the release was taken back")
    if finished.returncode:
        raise ClusterError(rollout.reason or str(explain(finished.stderr, helm.place)))
    return finished.stdout.partition("NOTES:\n")[2].strip()
