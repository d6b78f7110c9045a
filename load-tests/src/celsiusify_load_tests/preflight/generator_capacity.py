"""Define the subject of a calibration and its result."""

from dataclasses import dataclass
from pathlib import Path

from celsiusify_load_tests.config.load_spec import LoadSpec
from celsiusify_load_tests.config.targets import Target

LOCALLY = "by itself, against a null server on the same machine"


@dataclass(frozen=True)
class Subject:
    """The load generator that is calibrated, and the requests that it sends.

    Attributes:
        run: The run's name in the record.
        load: The load of the run.
        targets: The targets of the run; each of their protocols is calibrated.
        targets_file: The description of the targets.
        processes: The number of load-generating processes.
    """

    run: str
    load: LoadSpec
    targets: list[Target]
    targets_file: Path
    processes: int


@dataclass(frozen=True)
class GeneratorCapacity:
    """The capacity of a load generator; `results/README.md` describes the fields."""

    rate_rps: float
    floor_p50_ms: float
    floor_p99_ms: float
    requests: int
    seconds: float
    generator_cpu_percent: float | None
    responder_cpu_percent: float | None
    how: str = LOCALLY
