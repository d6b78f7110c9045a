"""`celsiusify-cluster smoke`: ask each target on the cluster, by the chart's own tests."""

import click

from celsiusify_cluster.cli.main import VERBS, Session
from celsiusify_cluster.cli.options import release_options, timeout_option
from celsiusify_cluster.errors import CheckError, ClusterError, Interrupted
from celsiusify_cluster.exit_codes import ExitCode
from celsiusify_cluster.kube.errors import explain
from celsiusify_cluster.kube.helm import Helm
from celsiusify_cluster.kube.kubectl import Kubectl
from celsiusify_cluster.kube.release import ReleaseRef
from celsiusify_cluster.kube.rollout import Rollout


@click.command(help=VERBS["smoke"])
@release_options
@timeout_option
@click.pass_obj
def command(session: Session, /, release: ReleaseRef, timeout_s: int) -> ExitCode:
    """Run `helm test` and show what its pods said.

    Raises:
        CheckError: If a target doesn't answer rightly.
        ClusterError: If there is no such release, or a pod that asks can't run.
    """
    terminal = session.terminal
    kubectl = Kubectl(release, session.limits)
    release = kubectl.release  # with the context that is current now
    helm = Helm(release)
    kubectl.server_version()
    helm.chart()
    rollout = Rollout(kubectl, terminal, "test")
    test = helm.command("test", release.name, "--logs", f"--timeout={timeout_s}s")
    finished = rollout.run(test, at_end="ending the test")
    if rollout.interrupted:
        raise Interrupted("interrupted: the targets weren't all asked")
    if rollout.reason:
        raise ClusterError(rollout.reason)
    said = finished.stdout.partition("TEST SUITE:")
    terminal.say(f"{said[1]}{said[2]}".strip())
    if finished.returncode:
        raise CheckError(f"a target failed its test: {explain(finished.stderr, release)}")
    return ExitCode.OK
