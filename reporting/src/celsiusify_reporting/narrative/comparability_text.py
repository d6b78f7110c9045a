"""Write the differences between two runs, and the outcomes of comparing them."""

from collections.abc import Callable, Mapping
from typing import Any

from celsiusify_reporting.compare.comparability import Aspect, Difference
from celsiusify_reporting.compare.metric import Metric
from celsiusify_reporting.compare.regression import RegressionOutcome
from celsiusify_reporting.narrative.formatting import UNKNOWN, setting
from celsiusify_reporting.narrative.settings_text import policy_text, scaler

ASPECTS: Mapping[Aspect, str] = {
    Aspect.KIND: "kind of run",
    Aspect.USERS: "users",
    Aspect.THINK_TIME: "think time",
    Aspect.TEMPERATURES: "temperatures",
    Aspect.LOAD_MODEL: "load model",
    Aspect.RATE: "rate",
    Aspect.MAX_IN_FLIGHT: "requests in flight",
    Aspect.STEPS: "steps",
    Aspect.CONNECTIONS: "connections",
    Aspect.PROCESSOR: "processor",
    Aspect.MACHINE_CORES: "cores",
    Aspect.MEMORY: "memory",
    Aspect.OPERATING_SYSTEM: "operating system",
    Aspect.CONTAINER: "container",
    Aspect.PYTHON: "Python",
    Aspect.LOAD_PROCESSES: "load processes",
    Aspect.GENERATOR_CORES: "load generator's cores",
    Aspect.GENERATOR_CPU_LIMIT: "load generator's CPU limit",
    Aspect.WORKERS: "workers",
    Aspect.GIT_COMMIT: "git commit",
    Aspect.PACKAGE: "{subject}",
    Aspect.REQUEST: "{subject}: request",
    Aspect.PROTOCOL: "{subject}: protocol",
    Aspect.TARGET_CORES: "{subject}: cores",
    Aspect.ENGINE: "{subject}: engine",
    Aspect.ENGINE_VERSION: "{subject}: version",
    Aspect.ENGINE_SETTINGS: "{subject}: settings",
    Aspect.KUBERNETES: "Kubernetes",
    Aspect.NODES: "nodes",
    Aspect.REPLICA_CPU_LIMIT: "{subject}: CPU limit of a replica",
    Aspect.REPLICA_CPU_REQUEST: "{subject}: CPU request of a replica",
    Aspect.REPLICA_MEMORY_LIMIT: "{subject}: memory limit of a replica",
    Aspect.AUTOSCALER: "{subject}: autoscaler",
    Aspect.IMAGE: "{subject}: image",
}
REGRESSION_OUTCOMES = {
    RegressionOutcome.WITHIN_BOUNDS: "within bounds",
    RegressionOutcome.REGRESSED: "REGRESSED",
    RegressionOutcome.UNDECIDED: "can't tell",
    RegressionOutcome.NOT_MEASURED: "not measured",
}
UNITS = {
    Metric.THROUGHPUT: "requests/s",
    Metric.CPU: "CPU s per 1,000",
    Metric.MEMORY: "MiB",
}
MILLISECONDS = "ms"


def difference_text(difference: Difference) -> str:
    """Return a difference with its old and its new value."""
    title = ASPECTS[difference.aspect].format(subject=difference.subject)
    write = WRITERS.get(difference.aspect, _plain)
    return f"{title}: {write(difference.old)}, now {write(difference.new)}"


def metric_title(metric: Metric) -> str:
    """Return a metric with its unit."""
    return f"{metric}, {UNITS.get(metric, MILLISECONDS)}"


def _plain(value: Any) -> str:
    return UNKNOWN if value is None else str(value)


def _steps(steps: Any) -> str:
    parts = (f"{step.duration_s:g} s at {100 * step.fraction:g} %" for step in steps or ())
    return ", ".join(parts) or UNKNOWN


def _nodes(sizes: Any) -> str:
    return ", ".join(f"{count} {_size(cores)}" for cores, count in sizes or ()) or UNKNOWN


def _size(cores: float | None) -> str:
    return f"of {setting(cores)} cores" if cores else "of a size not recorded"


WRITERS: Mapping[Aspect, Callable[[Any], str]] = {
    Aspect.STEPS: _steps,
    Aspect.CONNECTIONS: policy_text,
    Aspect.NODES: _nodes,
    Aspect.AUTOSCALER: scaler,
}
