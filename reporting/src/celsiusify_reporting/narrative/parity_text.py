"""Write the conditions of a run's targets, and the conditions that differ."""

from collections.abc import Mapping

from celsiusify_reporting.compare.parity import Condition, Parity, ParityRow, Value
from celsiusify_reporting.inputs.cluster_json import Autoscaler
from celsiusify_reporting.narrative.formatting import (
    SPACE,
    UNKNOWN,
    figure,
    limit,
    listing,
    setting,
    shortened,
    whole,
)
from celsiusify_reporting.narrative.settings_text import YES_NO, policy_text, scaler, spread

CONDITIONS = {
    Condition.CPU_CORES: "CPU given, cores",
    Condition.SHARED_CORES: "shares its cores with the load generator",
    Condition.CPU_LIMIT_CORES: "CPU limit of a replica, cores",
    Condition.CPU_REQUEST_CORES: "CPU request of a replica, cores",
    Condition.MEMORY_LIMIT_MIB: "memory limit of a replica",
    Condition.READY_REPLICAS: "ready replicas",
    Condition.AUTOSCALER: "autoscaler",
    Condition.SHARED_NODE: "shares a node with the load generator",
    Condition.PROTOCOL: "protocol",
    Condition.METHOD: "method",
    Condition.CONNECTIONS: "connections",
    Condition.KEPT_CONNECTIONS_PERCENT: "requests on a kept connection",
    Condition.REQUEST_BYTES: "bytes of a request",
    Condition.RESPONSE_BYTES: "bytes of an answer",
    Condition.INSTANCES: "instances",
    Condition.ENGINE: "engine",
}


def condition_title(row: ParityRow) -> str:
    """Return the title of a condition, or the name of a setting."""
    return row.setting.replace("_", " ") if row.setting else CONDITIONS[row.condition]


def condition_value(row: ParityRow, place: int) -> str:
    """Return a target's value of a condition; values of older reports are text."""
    value = row.values[place]
    if value is None:
        return UNKNOWN
    if row.condition is Condition.CONNECTIONS:
        return policy_text(str(value))
    if row.condition is Condition.SETTING:
        return shortened(str(value))
    return _written(row.condition, value)


def _written(condition: Condition, value: Value) -> str:
    if isinstance(value, Autoscaler):
        return scaler(value)
    if isinstance(value, tuple):
        return spread(*value)
    if isinstance(value, bool):
        return YES_NO[value]
    if isinstance(value, int | float):
        return _number(condition, value)
    return shortened(str(value))


def _number(condition: Condition, value: float) -> str:
    if condition is Condition.KEPT_CONNECTIONS_PERCENT:
        return limit(round(value))
    if condition is Condition.MEMORY_LIMIT_MIB:
        return f"{figure(value)}{SPACE}MiB"
    return whole(value) if isinstance(value, int) else setting(value)


def holders(parity: Parity, name: str, titles: Mapping[str, str]) -> str:
    """Return who had what of a condition: `A had 3 and B had 1`."""
    row = _row(parity, name)
    return listing(
        [
            f"{titles[target]} had {condition_value(row, place)}"
            for place, target in enumerate(parity.targets)
        ]
    )


def difference(parity: Parity, name: str, titles: Mapping[str, str]) -> str:
    """Return a condition with the values of two targets, or the targets of each value."""
    row = _row(parity, name)
    values = [condition_value(row, place) for place in range(len(parity.targets))]
    if len(values) == 2:
        return f"{condition_title(row)} ({' against '.join(values)})"
    targets = {
        value: [
            titles[target]
            for target, own in zip(parity.targets, values, strict=True)
            if own == value
        ]
        for value in dict.fromkeys(values)
    }
    groups = "; ".join(f"{value}: {listing(names)}" for value, names in targets.items())
    return f"{condition_title(row)} ({groups})"


def _row(parity: Parity, name: str) -> ParityRow:
    return next(row for row in parity.rows if row.name == name)
