"""`celsiusify-cluster deploy`: install or upgrade the release."""

from collections.abc import Sequence
from pathlib import Path

import click

from celsiusify_cluster.cli.main import VERBS, Session
from celsiusify_cluster.cli.options import (
    chart_option,
    image_options,
    release_options,
    timeout_option,
    values_option,
    values_settings,
)
from celsiusify_cluster.cli.status import print_status
from celsiusify_cluster.console import Terminal
from celsiusify_cluster.errors import ClusterError, Interrupted
from celsiusify_cluster.exit_codes import ExitCode
from celsiusify_cluster.kube.chart import packaged
from celsiusify_cluster.kube.errors import explain
from celsiusify_cluster.kube.helm import Helm
from celsiusify_cluster.kube.kubectl import Kubectl, Object
from celsiusify_cluster.kube.metrics_api import has_metrics
from celsiusify_cluster.kube.release import ReleaseRef
from celsiusify_cluster.kube.rollout import Rollout

POD_SECURITY = "pod-security.kubernetes.io"
NO_METRICS = (
    "warning: this cluster has no metrics-server, so no autoscaler will scale: install it as "
    "https://github.com/kubernetes-sigs/metrics-server says; `make cluster` does it for kind"
)


@click.command(help=VERBS["deploy"])
@release_options
@chart_option
@image_options
@values_option
@timeout_option
@click.pass_obj
def command(
    session: Session,
    /,
    release: ReleaseRef,
    chart: Path | None,
    image_settings: list[str],
    values: Sequence[str],
    timeout_s: int,
) -> ExitCode:
    """Install or upgrade the release, and wait until it is ready; otherwise roll back.

    Raises:
        ClusterError: If something keeps the release from being ready.
    """
    terminal, kubectl = session.terminal, Kubectl(release, session.limits)
    release = kubectl.release  # with the context that is current now
    helm = Helm(release)
    kubectl.server_version()
    settings = [*values_settings(values), *image_settings, f"--timeout={timeout_s}s"]
    _make_namespace(kubectl, terminal)
    if not has_metrics(kubectl):
        terminal.warn(NO_METRICS)
    with packaged(chart, helm) as package:
        notes = _upgrade(helm, Rollout(kubectl, terminal, "server"), package, settings)
    print_status(kubectl, terminal)
    terminal.say(f"\n{notes}" if notes else "")
    return ExitCode.OK


def _make_namespace(kubectl: Kubectl, terminal: Terminal) -> None:
    """Create the namespace, where only pods of Pod Security's strictest level may run."""
    name = kubectl.release.namespace
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
            helm.release.name,
            str(chart),
            "--wait",
            *helm.override_flags,
            *settings,
        ),
        at_end="taking the release back",
    )
    if finished.returncode and rollout.interrupted:
        raise Interrupted("interrupted: the release was taken back")
    if finished.returncode:
        raise ClusterError(rollout.reason or str(explain(finished.stderr, helm.release)))
    return finished.stdout.partition("NOTES:\n")[2].strip()
