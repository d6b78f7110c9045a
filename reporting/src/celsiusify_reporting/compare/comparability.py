"""Find what differs between two runs, and whether that prevents a comparison."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from celsiusify_reporting.inputs.cluster_json import Cluster, Deployed
from celsiusify_reporting.inputs.run_json import Run, Target

DEFAULT_CONNECTION = "keep-alive"


class Effect(StrEnum):
    """The effect of a difference.

    Attributes:
        LOAD: The runs made different requests and can't be compared.
        MACHINE: The requests were made or served elsewhere, or by something else.
        NOTED: The difference may be what is compared.
    """

    LOAD = "load"
    MACHINE = "machine"
    NOTED = "noted"


class Aspect(StrEnum):
    """An aspect of a run that may differ."""

    KIND = "kind"
    USERS = "users"
    THINK_TIME = "think_time_s"
    TEMPERATURES = "temperatures_fahrenheit"
    LOAD_MODEL = "load_model"
    RATE = "rate_rps"
    MAX_IN_FLIGHT = "max_in_flight"
    STEPS = "steps"
    CONNECTIONS = "connections"
    PROCESSOR = "processor"
    MACHINE_CORES = "machine_cores"
    MEMORY = "memory_bytes"
    OPERATING_SYSTEM = "operating_system"
    CONTAINER = "container"
    PYTHON = "python"
    LOAD_PROCESSES = "load_processes"
    GENERATOR_CORES = "generator_cores"
    GENERATOR_CPU_LIMIT = "generator_cpu_limit_cores"
    WORKERS = "workers"
    GIT_COMMIT = "git_commit"
    PACKAGE = "package"
    REQUEST = "request"
    PROTOCOL = "protocol"
    TARGET_CORES = "target_cores"
    ENGINE = "engine"
    ENGINE_VERSION = "engine_version"
    ENGINE_SETTINGS = "engine_settings"
    KUBERNETES = "kubernetes"
    NODES = "nodes"
    REPLICA_CPU_LIMIT = "replica_cpu_limit_cores"
    REPLICA_CPU_REQUEST = "replica_cpu_request_cores"
    REPLICA_MEMORY_LIMIT = "replica_memory_limit_bytes"
    AUTOSCALER = "autoscaler"
    IMAGE = "image"


@dataclass(frozen=True)
class Difference:
    """A difference between two runs.

    Attributes:
        subject: The name of the target or of the package that differs; None for the whole run.
        old: The value of the earlier run; None if unknown.
        new: The value of the later run; None if unknown.
    """

    effect: Effect
    aspect: Aspect
    subject: str | None
    old: Any
    new: Any


LOAD, MACHINE, NOTED = Effect.LOAD, Effect.MACHINE, Effect.NOTED
RUN: tuple[tuple[Effect, Aspect, Callable[[Run], Any]], ...] = (
    (LOAD, Aspect.KIND, lambda run: run.kind),
    (LOAD, Aspect.USERS, lambda run: run.load.users if run.load.model == "closed" else None),
    (LOAD, Aspect.THINK_TIME, lambda run: run.load.think_time_s),
    (LOAD, Aspect.TEMPERATURES, lambda run: run.load.fahrenheit),
    (LOAD, Aspect.LOAD_MODEL, lambda run: run.load.model),
    (LOAD, Aspect.RATE, lambda run: run.load.rate_rps),
    (LOAD, Aspect.MAX_IN_FLIGHT, lambda run: run.load.limits.max_in_flight),
    (LOAD, Aspect.STEPS, lambda run: run.load.steps or None),
    (LOAD, Aspect.CONNECTIONS, lambda run: run.load.connection or DEFAULT_CONNECTION),
    (MACHINE, Aspect.PROCESSOR, lambda run: run.machine.cpu_model),
    (MACHINE, Aspect.MACHINE_CORES, lambda run: run.machine.cores),
    (MACHINE, Aspect.MEMORY, lambda run: run.machine.memory_bytes),
    (MACHINE, Aspect.OPERATING_SYSTEM, lambda run: run.machine.os),
    (MACHINE, Aspect.CONTAINER, lambda run: run.machine.container),
    (MACHINE, Aspect.PYTHON, lambda run: run.machine.python),
    (MACHINE, Aspect.LOAD_PROCESSES, lambda run: run.generator.processes),
    (MACHINE, Aspect.GENERATOR_CORES, lambda run: run.generator.cores),
    (MACHINE, Aspect.GENERATOR_CPU_LIMIT, lambda run: run.generator.cpu_limit_cores),
    (MACHINE, Aspect.WORKERS, lambda run: len(run.generator.workers or ()) or None),
    (NOTED, Aspect.GIT_COMMIT, lambda run: run.git.commit if run.git else None),
)
TARGET: tuple[tuple[Effect, Aspect, Callable[[Target], Any]], ...] = (
    (LOAD, Aspect.REQUEST, lambda target: target.request),
    (LOAD, Aspect.PROTOCOL, lambda target: target.protocol),
    (MACHINE, Aspect.TARGET_CORES, lambda target: target.cores),
    (MACHINE, Aspect.ENGINE, lambda target: target.engine.engine if target.engine else None),
    (
        NOTED,
        Aspect.ENGINE_VERSION,
        lambda target: target.engine.version if target.engine else None,
    ),
    (
        NOTED,
        Aspect.ENGINE_SETTINGS,
        lambda target: target.engine.settings if target.engine else None,
    ),
)

NO_CLUSTER = Cluster(format=1)
CLUSTER: tuple[tuple[Effect, Aspect, Callable[[Cluster], Any]], ...] = (
    (MACHINE, Aspect.KUBERNETES, lambda cluster: cluster.server_version),
    (MACHINE, Aspect.NODES, lambda cluster: _nodes(cluster)),
)
DEPLOYED: tuple[tuple[Effect, Aspect, Callable[[Deployed], Any]], ...] = (
    (MACHINE, Aspect.REPLICA_CPU_LIMIT, lambda deployed: deployed.cpu_limit_cores),
    (MACHINE, Aspect.REPLICA_CPU_REQUEST, lambda deployed: deployed.cpu_request_cores),
    (MACHINE, Aspect.REPLICA_MEMORY_LIMIT, lambda deployed: deployed.memory_limit_bytes),
    (NOTED, Aspect.AUTOSCALER, lambda deployed: deployed.autoscaler),
    (NOTED, Aspect.IMAGE, lambda deployed: deployed.digest or deployed.image),
)


def _nodes(cluster: Cluster) -> tuple[tuple[float | None, int], ...] | None:
    """Return the sizes of nodes in cores, with their counts: names say nothing."""
    sizes = Counter(node.cpu_cores for node in cluster.nodes)
    return tuple(sorted(sizes.items(), key=lambda item: (item[0] is None, item[0]))) or None


class ComparedReport(Protocol):
    """The parts of a report that describe how a run was made."""

    @property
    def run(self) -> Run:
        """The run."""

    @property
    def cluster(self) -> Cluster | None:
        """The cluster, if the run was made in a cluster."""


def differences(old: ComparedReport, new: ComparedReport) -> tuple[Difference, ...]:
    """Return the differences between two runs, and between the targets that both have."""
    return (
        *_of_runs(old.run, new.run),
        *_of_clusters(old.cluster or NO_CLUSTER, new.cluster or NO_CLUSTER),
    )


def _of_runs(old: Run, new: Run) -> Iterator[Difference]:
    for effect, aspect, get in RUN:
        yield from _difference(effect, aspect, None, get(old), get(new))
    for package in sorted({*old.versions, *new.versions}):
        versions = old.versions.get(package), new.versions.get(package)
        yield from _difference(MACHINE, Aspect.PACKAGE, package, *versions)
    for name in (name for name in old.targets if name in new.targets):
        for effect, aspect, get_of_target in TARGET:
            values = get_of_target(old.targets[name]), get_of_target(new.targets[name])
            yield from _difference(effect, aspect, name, *values)


def _of_clusters(old: Cluster, new: Cluster) -> Iterator[Difference]:
    """Yield what ran elsewhere; images and autoscalers may be what is compared."""
    for effect, aspect, get in CLUSTER:
        yield from _difference(effect, aspect, None, get(old), get(new))
    for name in (name for name in old.targets if name in new.targets):
        for effect, aspect, get_of_deployed in DEPLOYED:
            values = get_of_deployed(old.targets[name]), get_of_deployed(new.targets[name])
            yield from _difference(effect, aspect, name, *values)


def _difference(
    effect: Effect, aspect: Aspect, subject: str | None, old: Any, new: Any
) -> Iterator[Difference]:
    if old != new:
        yield Difference(effect, aspect, subject, old, new)
