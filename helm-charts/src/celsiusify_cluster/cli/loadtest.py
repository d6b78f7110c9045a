"""`celsiusify-cluster loadtest`: load targets inside the cluster, and bring the results home."""

import argparse
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from celsiusify_cluster.console import StopAsked, Terminal
from celsiusify_cluster.errors import ClusterError
from celsiusify_cluster.kube.kubectl import Kubectl, Object
from celsiusify_cluster.kube.release import add_place_options, place
from celsiusify_cluster.load.download import Landing
from celsiusify_cluster.load.finish import finish
from celsiusify_cluster.load.job import TARGETS_LABEL, Wish, build, choose, target_urls
from celsiusify_cluster.load.launch import await_start, leader_of, on_cluster
from celsiusify_cluster.load.options import LoadOption, load_options
from celsiusify_cluster.load.receiver import Reception
from celsiusify_cluster.observe.outputs import Stay
from celsiusify_cluster.observe.sampler import Sampler
from celsiusify_cluster.observe.samples import find_watched
from celsiusify_cluster.option_types import count, optional, positive


def add_loadtest_options(verb: argparse.ArgumentParser) -> None:
    """Add the options of `loadtest`."""
    verb.add_argument("targets", nargs="*", metavar="TARGET", help="names, or 'all'")
    add_place_options(verb)
    add = verb.add_argument
    add("--workers", type=optional(count), metavar="N", help="pods that make load for a leader")
    for option in load_options():
        _add_load_option(verb, option)
    add("--results", type=Path, default=Path("results"), metavar="DIR", help="folder of all runs")
    add(
        "--start-timeout",
        type=optional(positive),
        metavar="SECONDS",
        help="for the load's pods to start; default 300",
    )


def _add_load_option(verb: argparse.ArgumentParser, option: LoadOption) -> None:
    """Add an option that is handed on; the last of several wins there."""
    if not option.metavars:
        verb.add_argument(
            option.flag, dest="load", action="append_const", const=option.flag, help=option.meaning
        )
        return
    several = len(option.metavars) > 1
    verb.add_argument(
        option.flag,
        dest="load",
        action=_HandOn,
        type=_checked(option),
        nargs=len(option.metavars) if several else None,
        metavar=option.metavars if several else option.metavars[0],
        help=option.meaning,
    )


class _HandOn(argparse.Action):
    """Keeps an option as it was given."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        given = (
            [f"{option_string}={values}"] if isinstance(values, str) else [option_string, *values]
        )
        setattr(namespace, self.dest, [*(getattr(namespace, self.dest) or []), *given])


def _checked(option: LoadOption) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not option.accepts(text):
            raise argparse.ArgumentTypeError(f"expected {option.expected}, got {text!r}")
        return text

    return check


def load_on_cluster(options: argparse.Namespace, terminal: Terminal) -> int:
    """Create a Job, follow it, and bring its results home; returns the leader's exit code.

    Raises:
        ClusterError: If the load can't start.
        MeasurementError: If it started, and its results aren't whole.
    """
    kubectl = Kubectl(place(options))
    version = kubectl.server_version()
    kubectl.get("namespace", kubectl.place.namespace)
    wish = _wish(options)
    chosen = choose(_cron_jobs(kubectl), wish.targets)
    _refuse_a_second(kubectl)
    job = build(chosen, wish, kubectl.place.release, datetime.now(UTC))
    with (
        StopAsked() as stop,
        Landing(options.results) as home,
        on_cluster(kubectl, job, stop, terminal),
    ):
        watched = find_watched(kubectl, target_urls(_args(job)))
        with Sampler(kubectl, watched) as sampler:
            pods = await_start(kubectl, job, options.start_timeout or 300.0, stop, terminal)
            stay = Stay(kubectl, version, job, watched, pods)
            reception = Reception(kubectl, _leader(pods), home, terminal)
            reception.follow(sampler, stop)
        return finish(reception, stay, sampler, stop, terminal)


def _wish(options: argparse.Namespace) -> Wish:
    return Wish(options.targets, options.load or (), options.workers, options.extra)


def _cron_jobs(kubectl: Kubectl) -> dict[str, Object]:
    selector = f"--selector={kubectl.place.labels()},{TARGETS_LABEL}"
    found = kubectl.items("cronjobs", selector)
    return {entry["metadata"]["labels"][TARGETS_LABEL]: entry for entry in found}


def _refuse_a_second(kubectl: Kubectl) -> None:
    """Two loads at once would measure each other."""
    for job in kubectl.items("jobs", f"--selector={kubectl.place.labels()},{TARGETS_LABEL}"):
        if job.get("status", {}).get("active"):
            name = job["metadata"]["name"]
            raise ClusterError(
                f"job {name} is loading already: wait for its end, or "
                f"`kubectl delete job {name} --namespace {kubectl.place.namespace}`"
            )


def _args(job: Object) -> list[str]:
    args: list[str] = job["spec"]["template"]["spec"]["containers"][0]["args"]
    return args


def _leader(pods: Sequence[Object]) -> str:
    leader = leader_of(pods)
    assert leader is not None
    return str(leader["metadata"]["name"])
