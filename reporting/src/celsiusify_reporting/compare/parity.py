"""Find out which conditions were equal for all targets of a run."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from celsiusify_reporting.inputs.cluster_json import Autoscaler, Cluster, Deployed
from celsiusify_reporting.inputs.run_json import Run
from celsiusify_reporting.stats.model import Measurement
from celsiusify_reporting.stats.scaling.nodes import shares_node


class Condition(StrEnum):
    """A condition that should be equal; a name ends in the unit of its values."""

    CPU_CORES = "cpu_cores"
    SHARED_CORES = "shared_cores"
    CPU_LIMIT_CORES = "cpu_limit_cores"
    CPU_REQUEST_CORES = "cpu_request_cores"
    MEMORY_LIMIT_MIB = "memory_limit_mib"
    READY_REPLICAS = "ready_replicas"
    AUTOSCALER = "autoscaler"
    SHARED_NODE = "shared_node"
    SETTING = "setting"
    PROTOCOL = "protocol"
    METHOD = "method"
    CONNECTIONS = "connections"
    KEPT_CONNECTIONS_PERCENT = "kept_connections_percent"
    REQUEST_BYTES = "request_bytes"
    RESPONSE_BYTES = "response_bytes"
    INSTANCES = "instances"
    ENGINE = "engine"


# The conditions that are named first if they are unequal.
CPU_CONDITIONS = (Condition.CPU_CORES, Condition.CPU_LIMIT_CORES)
# Settings that are compared even if only some targets have them.
IMPORTANT_SETTINGS = ("workers", "threads", "model", "batching")
# The value of a limit or an autoscaler that isn't set, unlike None, an unknown value.
UNSET = "none"
# Shares that differ by no more than these percentage points are equal.
EQUAL_WITHIN_PERCENT = 1

# Fewest and most replicas are a pair.
Value = bool | int | float | str | tuple[int, int] | Autoscaler | None
Getter = Callable[[Measurement], Value]
Entry = tuple[Condition, str | None, Getter]


@dataclass(frozen=True)
class ParityRow:
    """A condition, and its value for each target.

    Attributes:
        setting: The name of an engine's setting; None for other conditions.
        values: The values in the order of the targets; None if unknown.
        equal: Whether all values are equal; None if the known values are and others are unknown.
    """

    condition: Condition
    setting: str | None
    values: tuple[Value, ...]
    equal: bool | None

    @property
    def name(self) -> str:
        """The name of the setting, or else of the condition."""
        return self.setting or self.condition.value


@dataclass(frozen=True)
class Parity:
    """The conditions of a run, by target.

    Attributes:
        targets: The targets' names, in order.
        rows: The conditions.
    """

    targets: tuple[str, ...]
    rows: tuple[ParityRow, ...]

    @property
    def unequal(self) -> tuple[ParityRow, ...]:
        """The conditions that differ."""
        return tuple(row for row in self.rows if row.equal is False)


def compare_conditions(
    measurements: Sequence[Measurement], run: Run, cluster: Cluster | None = None
) -> Parity:
    """Compare the conditions of a run's targets."""
    ran = [measurement for measurement in measurements if measurement.counting]
    entries = [*_given(run, cluster), *_served(ran, run)]
    return Parity(
        targets=tuple(measurement.name for measurement in ran),
        rows=tuple(
            _row(condition, setting, [getter(measurement) for measurement in ran])
            for condition, setting, getter in entries
        ),
    )


def _row(condition: Condition, setting: str | None, values: Sequence[Value]) -> ParityRow:
    known = [value for value in values if value is not None]
    if _differ(condition, known):
        equal: bool | None = False
    else:
        equal = True if len(known) == len(values) else None
    return ParityRow(condition, setting, tuple(values), equal)


def _differ(condition: Condition, known: Sequence[Value]) -> bool:
    if condition is Condition.KEPT_CONNECTIONS_PERCENT:
        shares = [value for value in known if isinstance(value, int | float)]
        return bool(shares) and max(shares) - min(shares) > EQUAL_WITHIN_PERCENT
    return len({*known}) > 1


def _given(run: Run, cluster: Cluster | None) -> Iterator[Entry]:
    """Yield the resources of the targets, in a cluster or on a machine."""
    if cluster:
        yield from _given_in(cluster)
        return
    yield Condition.CPU_CORES, None, _cores
    if not run.generator.workers:
        yield Condition.SHARED_CORES, None, lambda measurement: measurement.target.cores is None


def _given_in(cluster: Cluster) -> Iterator[Entry]:
    def deployed(get: Callable[[Deployed], Value]) -> Getter:
        def getter(measurement: Measurement) -> Value:
            value = get(cluster.targets.get(measurement.name, Deployed()))
            return UNSET if value is None else value

        return getter

    yield Condition.CPU_LIMIT_CORES, None, deployed(lambda target: target.cpu_limit_cores)
    yield Condition.CPU_REQUEST_CORES, None, deployed(lambda target: target.cpu_request_cores)
    yield Condition.MEMORY_LIMIT_MIB, None, deployed(_memory_limit_mib)
    yield Condition.READY_REPLICAS, None, _ready_replicas
    yield Condition.AUTOSCALER, None, deployed(lambda target: target.autoscaler)
    yield Condition.SHARED_NODE, None, lambda measurement: shares_node(cluster, measurement)


def _memory_limit_mib(deployed: Deployed) -> float | None:
    limit_bytes = deployed.memory_limit_bytes
    return None if limit_bytes is None else limit_bytes / 2**20


def _ready_replicas(measurement: Measurement) -> tuple[int, int] | None:
    replicas = measurement.replicas
    return (replicas.fewest, replicas.most) if replicas else None


def _cores(measurement: Measurement) -> int | None:
    cores = measurement.target.cores
    return None if cores is None else len(cores)


def _served(ran: Sequence[Measurement], run: Run) -> Iterator[Entry]:
    """Yield the settings of the servers and the properties of requests and answers."""
    for name in _settings(ran):
        yield Condition.SETTING, name, _setting(name)
    yield Condition.PROTOCOL, None, lambda measurement: measurement.target.protocol
    yield Condition.METHOD, None, _method
    if connection := run.load.connection:
        yield Condition.CONNECTIONS, None, lambda _: connection
    yield Condition.KEPT_CONNECTIONS_PERCENT, None, _kept_percent
    yield Condition.REQUEST_BYTES, None, lambda measurement: measurement.target.request_bytes
    yield Condition.RESPONSE_BYTES, None, _response_bytes
    yield Condition.INSTANCES, None, _instances
    yield Condition.ENGINE, None, _engine


def _settings(ran: Sequence[Measurement]) -> list[str]:
    """Return the settings that all targets have, and the important ones that any has."""
    settings = [
        measurement.target.engine.settings for measurement in ran if measurement.target.engine
    ]
    names = dict.fromkeys(name for own in settings for name in own)
    everywhere = [name for name in names if all(name in own for own in settings)]
    return sorted({*everywhere, *(name for name in names if name in IMPORTANT_SETTINGS)})


def _setting(name: str) -> Getter:
    def getter(measurement: Measurement) -> Value:
        engine = measurement.target.engine
        value = engine.settings.get(name) if engine else None
        return value if value is None or isinstance(value, bool | int | float) else str(value)

    return getter


def _method(measurement: Measurement) -> str | None:
    return measurement.target.request.partition(" ")[0] or None


def _kept_percent(measurement: Measurement) -> float | None:
    """Return the share of requests that reused a connection, over all rounds."""
    known = [(round_.record.connections, round_.counting) for round_ in measurement.rounds]
    opened = sum(connections.opened for connections, _ in known if connections)
    started = sum(
        counting.rows.started for connections, counting in known if connections and counting
    )
    return max(0.0, 100 * (1 - opened / started)) if started else None


def _response_bytes(measurement: Measurement) -> int | None:
    mean = measurement.window_stats.response_bytes if measurement.window_stats else None
    return None if mean is None else round(mean)


def _instances(measurement: Measurement) -> int | None:
    return measurement.window_stats.instances if measurement.window_stats else None


def _engine(measurement: Measurement) -> str | None:
    engine = measurement.target.engine
    return (engine.engine or None) if engine else None
