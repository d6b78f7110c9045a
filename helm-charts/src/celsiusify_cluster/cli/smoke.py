"""`celsiusify-cluster smoke`: ask each target on the cluster, by the chart's own tests."""

import argparse

from celsiusify_cluster.cli.options import timeout_setting
from celsiusify_cluster.console import Terminal
from celsiusify_cluster.errors import CheckError, ClusterError, Exit, Interrupted
from celsiusify_cluster.kube.errors import explain
from celsiusify_cluster.kube.helm import Helm
from celsiusify_cluster.kube.kubectl import Kubectl
from celsiusify_cluster.kube.release import place
from celsiusify_cluster.kube.rollout import Rollout


def smoke(options: argparse.Namespace, terminal: Terminal) -> Exit:
    """Run `helm test` and show what its pods said.

    Raises:
        CheckError: If a target doesn't answer rightly.
        ClusterError: If there is no such release, or a pod that asks can't run.
    """
    kubectl = Kubectl(place(options))
    helm, here = Helm(kubectl.place), kubectl.place
    kubectl.server_version()
    helm.chart()
    rollout = Rollout(kubectl, terminal, "test")
    command = helm.command("test", here.release, "--logs", timeout_setting(options))
    finished = rollout.run(command, at_end="ending the test")
    if rollout.interrupted:
        raise Interrupted("interrupted: the targets weren't all asked")
    if rollout.reason:
        raise ClusterError(rollout.reason)
    said = finished.stdout.partition("TEST SUITE:")
    terminal.say(f"{said[1]}{said[2]}".strip())
    if finished.returncode:
        raise CheckError(f"a target failed its test: {explain(finished.stderr, here)}")
    return Exit.OK
