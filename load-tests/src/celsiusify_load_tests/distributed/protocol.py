"""Define the messages between a leader and its workers, sent as JSON over HTTP."""

from dataclasses import dataclass, field
from typing import Any, Literal

from celsiusify_load_tests.config.load_spec import Limits
from celsiusify_load_tests.distributed.clock_sync import Offset

LISTEN = "0.0.0.0"  # workers are on other machines
CONTROL_PORT = 5558
LOCUST_PORT = 5557
WORKER_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = Limits().stop_timeout_s

HEARTBEAT_INTERVAL_S = 1.0
"""The time between two heartbeats of a worker."""
SILENCE_TIMEOUT_S = 5.0
"""The time without a heartbeat after which a worker is lost.

A load process that records nothing for this time is lost as well.
"""

EQUAL_VERSIONS = ("celsiusify-load-tests", "locust", "python")
"""The versions that must be the same on all machines of a run."""


@dataclass(frozen=True)
class Distribution:
    """The settings of a distributed run.

    Attributes:
        workers: The required number of workers.
        processes: The number of load-generating processes of each worker.
        listen: The address that the leader listens at.
        control_port: The port of the leader's HTTP API.
        locust_port: The port of Locust's master.
        worker_timeout_s: The time within which all workers must register.
        stop_timeout_s: The time for the last answers at the end of a load.
    """

    workers: int
    processes: int = 1
    listen: str = LISTEN
    control_port: int = CONTROL_PORT
    locust_port: int = LOCUST_PORT
    worker_timeout_s: float = WORKER_TIMEOUT_S
    stop_timeout_s: float = STOP_TIMEOUT_S


@dataclass(frozen=True)
class RegisterRequest:
    """A worker's request to take part in a run.

    Attributes:
        token: A random text that identifies the worker, also if its request is repeated.
        name: The host name of the worker's machine.
        versions: The versions of the software on the worker's machine.
        cpu_limit_cores: The CPU quota of the worker in cores; None without a quota.
    """

    token: str
    name: str
    versions: dict[str, str]
    cpu_limit_cores: float | None = None


@dataclass(frozen=True)
class RunConfig:
    """The settings of a run that a worker needs.

    Attributes:
        worker: The worker's number, from 0.
        processes: The number of load-generating processes of the worker.
        locust_port: The port of Locust's master on the leader's machine.
        targets: The text of the leader's targets.yaml.
        stop_timeout_s: The time for the last answers at the end of a load.
    """

    worker: int
    processes: int
    locust_port: int
    targets: str
    stop_timeout_s: float = STOP_TIMEOUT_S


@dataclass(frozen=True)
class Command:
    """The leader's current command to its workers.

    Attributes:
        do: `wait`; `load`: start Locust's workers; `calibrate`: measure the load generator;
            `finish`: end the load and upload its record; `end`: end the run.
        job: The number of the load or calibration, from 1. A worker does each job once.
        details: The settings of a calibration: see `calibration_job.details`.
        problem: The reason why the run ends early; None if the run is complete.
    """

    do: Literal["wait", "load", "calibrate", "finish", "end"] = "wait"
    job: int = 0
    details: dict[str, Any] = field(default_factory=dict)
    problem: str | None = None


@dataclass(frozen=True)
class Status:
    """A worker's progress and results.

    Attributes:
        job: The number of the latest job; 0 before the first one.
        done: Whether the job is complete and its record uploaded.
        problem: The reason why the job failed; None if it didn't.
        before: The clock's offset before the job.
        after: The clock's offset after the job.
        throttled_s: The time for which a CPU quota throttled the worker during the job.
        files: The SHA-256 of each file of the record, once all files are uploaded.
        capacities: The capacity of the worker's load generator, by protocol.
    """

    job: int = 0
    done: bool = False
    problem: str | None = None
    before: Offset | None = None
    after: Offset | None = None
    throttled_s: float | None = None
    files: dict[str, str] = field(default_factory=dict)
    capacities: dict[str, dict[str, Any]] = field(default_factory=dict)
