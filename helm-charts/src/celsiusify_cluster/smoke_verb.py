"""`celsiusify-cluster smoke`: ask each target on the cluster, by the chart's own tests."""

import argparse
import subprocess

from celsiusify_cluster.deploy_verb import TIMEOUT_S
from celsiusify_cluster.errors import CheckError, Exit
from celsiusify_cluster.explain import explain
from celsiusify_cluster.helm import Helm
from celsiusify_cluster.kubectl import Kubectl
from celsiusify_cluster.place import place
from celsiusify_cluster.terminal import Terminal


def smoke(options: argparse.Namespace, terminal: Terminal) -> Exit:
    """Run `helm test` and show what its pods said.

    Raises:
        CheckError: If a target doesn't answer rightly.
        ClusterError: If there is no such release.
    """
    kubectl = Kubectl(place(options))
    helm, here = Helm(kubectl.place), kubectl.place
    kubectl.server_version()
    helm.chart()
    timeout = f"--timeout={options.timeout or TIMEOUT_S}s"
    finished = subprocess.run(
        helm.command("test", here.release, "--logs", timeout),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    said = finished.stdout.partition("TEST SUITE:")
    terminal.say(f"{said[1]}{said[2]}".strip())
    if finished.returncode:
        raise CheckError(f"a target failed its test: {explain(finished.stderr, here)}")
    return Exit.OK
