"""`celsiusify-cluster undeploy`: remove the release."""

import click

from celsiusify_cluster.cli.main import VERBS, Session
from celsiusify_cluster.cli.options import release_options, timeout_option
from celsiusify_cluster.exit_codes import ExitCode
from celsiusify_cluster.kube.helm import Helm
from celsiusify_cluster.kube.kubectl import Kubectl
from celsiusify_cluster.kube.release import ReleaseRef


@click.command(help=VERBS["undeploy"])
@release_options
@timeout_option
@click.pass_obj
def command(session: Session, /, release: ReleaseRef, timeout_s: int) -> ExitCode:
    """Remove the release, and the pods of its tests; the namespace stays.

    Raises:
        ClusterError: If there is no such release.
    """
    terminal, kubectl = session.terminal, Kubectl(release, session.limits)
    release = kubectl.release  # with the context that is current now
    helm = Helm(release)
    kubectl.server_version()
    helm.chart()
    terminal.show(f"removing {release.name}")
    helm.run("uninstall", release.name, "--wait", f"--timeout={timeout_s}s")
    # Pods of helm tests are no part of a release.
    kubectl.run("delete", "pods", f"--selector={release.labels(component='test')}", "--wait=false")
    terminal.clear()
    terminal.say(f"removed {release.name}; namespace {release.namespace} is still there")
    return ExitCode.OK
