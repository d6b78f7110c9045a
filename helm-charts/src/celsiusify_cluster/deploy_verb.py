"""`celsiusify-cluster deploy` and `undeploy`: put the release on the cluster, and take it off."""

import argparse
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from celsiusify_cluster.arguments import optional, seconds
from celsiusify_cluster.chart import add_chart_option, packaged
from celsiusify_cluster.errors import ClusterError, Exit
from celsiusify_cluster.explain import explain
from celsiusify_cluster.helm import Helm
from celsiusify_cluster.kubectl import Kubectl, Object
from celsiusify_cluster.place import add_place_options, place
from celsiusify_cluster.rollout import Rollout
from celsiusify_cluster.signals import StopAsked
from celsiusify_cluster.status_verb import print_status
from celsiusify_cluster.terminal import Terminal

TIMEOUT_S = 300
IMAGE_OPTIONS = ("registry", "owner", "tag")
METRICS = "/apis/metrics.k8s.io/v1beta1"
POD_SECURITY = "pod-security.kubernetes.io"
NO_METRICS = (
    "warning: this cluster has no metrics-server, so no autoscaler will scale: install it as "
    "https://github.com/kubernetes-sigs/metrics-server says; `make cluster` does it for kind"
)


def add_deploy_options(verb: argparse.ArgumentParser) -> None:
    """Add the options of `deploy`."""
    add_place_options(verb)
    add_chart_option(verb)
    add = verb.add_argument
    add_image_options(verb)
    add(
        "--values",
        action="append",
        default=[],
        metavar="FILE",
        help="values that differ from the chart's; may be given again, or several in one",
    )
    add_timeout(verb)


def add_image_options(verb: argparse.ArgumentParser) -> None:
    """Add the options that say which images the chart takes."""
    for name in IMAGE_OPTIONS:
        verb.add_argument(f"--{name}", default="", metavar=name.upper(), help="of all images")


def image_settings(options: argparse.Namespace) -> list[str]:
    """What helm has to be told of them; what is empty is left to the chart."""
    given = {name: getattr(options, name) for name in IMAGE_OPTIONS}
    return [f"--set-string=global.image.{name}={value}" for name, value in given.items() if value]


def add_timeout(verb: argparse.ArgumentParser) -> None:
    """Add the option that says how long to wait."""
    verb.add_argument(
        "--timeout",
        type=optional(seconds),
        metavar="TIME",
        help=f"how long to wait, 90s or 5m; default {TIMEOUT_S} s",
    )


def deploy(options: argparse.Namespace, terminal: Terminal) -> Exit:
    """Install or upgrade the release, and wait until all of it is ready; else take it back.

    Raises:
        ClusterError: If something keeps it from being ready.
    """
    kubectl = Kubectl(place(options))
    helm = Helm(kubectl.place)
    kubectl.server_version()
    files = list(_values(options.values))
    _make_namespace(kubectl, terminal)
    if not has_metrics(kubectl):
        terminal.warn(NO_METRICS)
    with packaged(options, helm) as chart:
        notes = _upgrade(helm, kubectl, chart, _settings(options, files), terminal)
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
    helm.run("uninstall", here.release, "--wait", f"--timeout={options.timeout or TIMEOUT_S}s")
    # Pods of helm tests are no part of a release.
    kubectl.run("delete", "pods", f"--selector={here.labels(component='test')}", "--wait=false")
    terminal.clear()
    terminal.say(f"removed {here.release}; namespace {here.namespace} is still there")
    return Exit.OK


def has_metrics(kubectl: Kubectl) -> bool:
    """Does the cluster tell what pods use?"""
    try:
        kubectl.run("get", "--raw", METRICS)
    except ClusterError:
        return False
    return True


def _values(given: Sequence[str]) -> Iterator[Path]:
    for name in " ".join(given).split():
        if not Path(name).is_file():
            raise ClusterError(f"there is no file of values {name}")
        yield Path(name)


def _settings(options: argparse.Namespace, files: Sequence[Path]) -> list[str]:
    return [
        *(f"--values={file}" for file in files),
        *image_settings(options),
        f"--timeout={options.timeout or TIMEOUT_S}s",
    ]


def _make_namespace(kubectl: Kubectl, terminal: Terminal) -> None:
    """Create the namespace, where only pods of Pod Security's strictest level may run."""
    name = kubectl.place.namespace
    if kubectl.items("namespaces", f"--field-selector=metadata.name={name}"):
        return
    labels = {f"{POD_SECURITY}/{mode}": "restricted" for mode in ("enforce", "warn")}
    content: Object = {"apiVersion": "v1", "kind": "Namespace"}
    kubectl.create({**content, "metadata": {"name": name, "labels": labels}})
    terminal.say(f"created namespace {name}, for pods of the level `restricted` only")


def _upgrade(
    helm: Helm, kubectl: Kubectl, chart: Path, settings: Sequence[str], terminal: Terminal
) -> str:
    """Run `helm upgrade`, and watch the pods meanwhile; returns the chart's notes."""
    command = helm.command(
        "upgrade", "--install", helm.place.release, str(chart), "--wait", helm.rolls_back, *settings
    )
    rollout = Rollout(kubectl, terminal)
    with StopAsked() as stop:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        rollout.follow(process, stop)
        said, complaint = process.communicate()
        terminal.clear()
    if process.returncode and stop.count:
        raise Interrupted("interrupted: the release was taken back")
    if process.returncode:
        raise ClusterError(rollout.trouble or str(explain(complaint, helm.place)))
    return said.partition("NOTES:\n")[2].strip()


class Interrupted(ClusterError):  # noqa: N818  # nothing is wrong: a person wants an end
    """A person didn't want to wait."""

    code = Exit.INTERRUPTED
