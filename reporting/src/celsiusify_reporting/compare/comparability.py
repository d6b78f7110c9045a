"""What was not the same in two runs, and whether they can be compared all the same."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from celsiusify_reporting.inputs.cluster_json import Cluster, Deployed
from celsiusify_reporting.inputs.load_plan import Profile
from celsiusify_reporting.inputs.run_json import Run, Target
from celsiusify_reporting.narrative.formatting import UNKNOWN, setting
from celsiusify_reporting.narrative.settings_text import KEPT, policy, scaler

Kind = Literal["load", "machine", "noted"]


@dataclass(frozen=True)
class Difference:
    """Something that was not the same.

    Attributes:
        kind: `load` where other requests were made, `machine` where they were made or served
            elsewhere or by something else, `noted` where that may be what is compared.
    """

    kind: Kind
    what: str
    old: str
    new: str


RUN: tuple[tuple[Kind, str, Callable[[Run], Any]], ...] = (
    ("load", "kind of run", lambda run: run.kind),
    ("load", "users", lambda run: run.profile.users if run.load.model == "closed" else None),
    ("load", "think time", lambda run: run.profile.think_time_s),
    ("load", "temperatures", lambda run: run.profile.fahrenheit),
    ("load", "load model", lambda run: run.load.model),
    ("load", "rate", lambda run: run.load.rate_rps),
    ("load", "requests in flight", lambda run: run.load.max_in_flight),
    ("load", "steps", lambda run: _steps(run.profile)),
    ("load", "connections", lambda run: policy(run.load) or KEPT),
    ("machine", "processor", lambda run: run.machine.cpu_model),
    ("machine", "cores", lambda run: run.machine.cores),
    ("machine", "memory", lambda run: run.machine.memory_bytes),
    ("machine", "operating system", lambda run: run.machine.os),
    ("machine", "container", lambda run: run.machine.container),
    ("machine", "Python", lambda run: run.machine.python),
    ("machine", "load processes", lambda run: run.load.processes),
    ("machine", "load generator's cores", lambda run: run.load.cores),
    ("machine", "load generator's CPU limit", lambda run: run.load.cpu_limit_cores),
    ("machine", "workers", lambda run: len(run.load.workers or ()) or None),
    ("noted", "git commit", lambda run: run.git.commit if run.git else None),
)
TARGET: tuple[tuple[Kind, str, Callable[[Target], Any]], ...] = (
    ("load", "request", lambda target: target.request),
    ("load", "protocol", lambda target: target.protocol),
    ("machine", "cores", lambda target: target.cores),
    ("machine", "engine", lambda target: target.engine.engine if target.engine else None),
    ("noted", "version", lambda target: target.engine.version if target.engine else None),
    ("noted", "settings", lambda target: target.engine.settings if target.engine else None),
)


NOWHERE = Cluster(format=1)
CLUSTER: tuple[tuple[Kind, str, Callable[[Cluster], Any]], ...] = (
    ("machine", "Kubernetes", lambda cluster: cluster.server_version),
    ("machine", "nodes", lambda cluster: _nodes(cluster)),
)
DEPLOYED: tuple[tuple[Kind, str, Callable[[Deployed], Any]], ...] = (
    ("machine", "CPU limit of a replica", lambda deployed: deployed.cpu_limit_cores),
    ("machine", "CPU request of a replica", lambda deployed: deployed.cpu_request_cores),
    ("machine", "memory limit of a replica", lambda deployed: deployed.memory_limit_bytes),
    ("noted", "autoscaler", lambda deployed: scaler(deployed.autoscaler)),
    ("noted", "image", lambda deployed: deployed.digest or deployed.image),
)


def _nodes(cluster: Cluster) -> str | None:
    """How many nodes there were, by their size: their names tell nothing of them."""
    sizes = Counter(
        f"of {setting(node.cpu_cores)} cores" if node.cpu_cores else "of a size not recorded"
        for node in cluster.nodes
    )
    return ", ".join(f"{count} {size}" for size, count in sorted(sizes.items())) or None


def _steps(profile: Profile) -> str | None:
    steps = profile.steps or ()
    return ", ".join(f"{one.for_s:g} s at {100 * one.share:g} %" for one in steps) or None


class ComparedReport(Protocol):
    """The parts of a report that tell how a run was made."""

    @property
    def run(self) -> Run:
        """The run."""

    @property
    def cluster(self) -> Cluster | None:
        """The cluster, if the run was made in a cluster."""


def differences(old: ComparedReport, new: ComparedReport) -> tuple[Difference, ...]:
    """All that was not the same in two runs and the targets that both have."""
    clusters = _clusters(old.cluster or NOWHERE, new.cluster or NOWHERE)
    return (*_differences(old.run, new.run), *clusters)


def _differences(old: Run, new: Run) -> Iterator[Difference]:
    for kind, what, of in RUN:
        yield from _difference(kind, what, of(old), of(new))
    for package in sorted({*old.versions, *new.versions}):
        versions = old.versions.get(package), new.versions.get(package)
        yield from _difference("machine", package, *versions)
    for name in (name for name in old.targets if name in new.targets):
        for kind, what, target_of in TARGET:
            values = target_of(old.targets[name]), target_of(new.targets[name])
            yield from _difference(kind, f"{name}: {what}", *values)


def _clusters(old: Cluster, new: Cluster) -> Iterator[Difference]:
    """What ran where; images and autoscalers may be what is compared."""
    for kind, what, of in CLUSTER:
        yield from _difference(kind, what, of(old), of(new))
    for name in (name for name in old.targets if name in new.targets):
        for kind, what, deployed_of in DEPLOYED:
            values = deployed_of(old.targets[name]), deployed_of(new.targets[name])
            yield from _difference(kind, f"{name}: {what}", *values)


def _difference(kind: Kind, what: str, old: Any, new: Any) -> Iterator[Difference]:
    if old != new:
        yield Difference(kind, what, _text(old), _text(new))


def _text(value: Any) -> str:
    return UNKNOWN if value is None else str(value)
