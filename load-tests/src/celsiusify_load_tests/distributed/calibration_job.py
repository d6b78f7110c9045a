"""Calibrate the load generators of all workers at the same time."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from celsiusify_load_tests.config.load_spec import LoadSpec
from celsiusify_load_tests.config.targets import find_targets
from celsiusify_load_tests.config.validation import checked
from celsiusify_load_tests.preflight.generator_capacity import GeneratorCapacity, Subject

HOW = "{} workers at the same time, each against a null server on its own machine; rates added"


def details(subject: Subject, processes: int) -> dict[str, Any]:
    """Return the settings of a calibration as plain values.

    Args:
        subject: The targets and the load of the run.
        processes: The number of load-generating processes of a worker.
    """
    return {
        "run": subject.run,
        "load": subject.load.model_dump(mode="json"),
        "targets": [target.name for target in subject.targets],
        "processes": processes,
    }


def subject(details: dict[str, Any], targets_file: Path) -> Subject:
    """Rebuild the subject from its settings on the worker's machine."""
    load = checked(LoadSpec, details["load"], "the load of a calibration")
    targets = find_targets(targets_file, details["targets"])
    return Subject(details["run"], load, targets, targets_file, details["processes"])


def added(measured: Sequence[GeneratorCapacity]) -> GeneratorCapacity:
    """Combine the workers' capacities: the sum of the rates, the worst of all else."""

    def worst(percents: Sequence[float | None]) -> float | None:
        return max((percent for percent in percents if percent is not None), default=None)

    return GeneratorCapacity(
        rate_rps=round(sum(capacity.rate_rps for capacity in measured), 1),
        floor_p50_ms=max(capacity.floor_p50_ms for capacity in measured),
        floor_p99_ms=max(capacity.floor_p99_ms for capacity in measured),
        requests=sum(capacity.requests for capacity in measured),
        seconds=max(capacity.seconds for capacity in measured),
        generator_cpu_percent=worst([capacity.generator_cpu_percent for capacity in measured]),
        responder_cpu_percent=worst([capacity.responder_cpu_percent for capacity in measured]),
        how=HOW.format(len(measured)),
    )
