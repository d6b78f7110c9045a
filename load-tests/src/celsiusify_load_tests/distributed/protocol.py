"""What a leader and its workers tell each other, as JSON over HTTP."""

from dataclasses import dataclass, field
from typing import Any, Literal

from celsiusify_load_tests.distributed.clock_sync import Offset

LISTEN = "0.0.0.0"  # workers are on other machines
CONTROL_PORT = 5558
LOCUST_PORT = 5557
WORKER_TIMEOUT_S = 120.0

HEARTBEAT_INTERVAL_S = 1.0
"""A worker lets the leader hear of it this often."""
SILENCE_TIMEOUT_S = 5.0
"""One that isn't heard of for so long is lost, and so is a load process that records nothing."""

EQUAL_VERSIONS = ("celsiusify-load-tests", "locust", "python")
"""What must be the same on all machines of a run."""


@dataclass(frozen=True)
class Distribution:
    """What a run has workers for.

    Attributes:
        workers: How many there must be.
        processes: How many load-generating processes each of them runs.
        listen: The address that the leader listens at.
        control_port: Where its workers ask what to do.
        locust_port: Where Locust's master listens.
        worker_timeout_s: How long all workers may take to come.
    """

    workers: int
    processes: int = 1
    listen: str = LISTEN
    control_port: int = CONTROL_PORT
    locust_port: int = LOCUST_PORT
    worker_timeout_s: float = WORKER_TIMEOUT_S


@dataclass(frozen=True)
class RegisterRequest:
    """A worker introduces itself.

    Attributes:
        token: Chosen at random: who joins twice, not having heard the answer, is one all the same.
        name: Its machine's.
        versions: What it runs.
        cpu_limit_cores: What a quota allows it; None without one.
    """

    token: str
    name: str
    versions: dict[str, str]
    cpu_limit_cores: float | None = None


@dataclass(frozen=True)
class RunConfig:
    """What a worker must know for the whole run.

    Attributes:
        worker: Its number, from 0.
        processes: How many load-generating processes it runs.
        locust_port: Where Locust's master listens on the leader's machine.
        targets: The text of the leader's targets.yaml.
    """

    worker: int
    processes: int
    locust_port: int
    targets: str


@dataclass(frozen=True)
class Command:
    """What the leader wants of its workers now.

    Attributes:
        do: `wait`; `load`: start Locust's workers; `try`: find out what the generator can do;
            `finish`: end what is left of the load and hand it in; `end`: the run is over.
        job: Which load or trial of the run it is about, from 1; each is done once.
        details: What a trial needs to know: see `trial`.
        problem: Why a run ends for this worker, if that isn't because it is over.
    """

    do: Literal["wait", "load", "calibrate", "finish", "end"] = "wait"
    job: int = 0
    details: dict[str, Any] = field(default_factory=dict)
    problem: str | None = None


@dataclass(frozen=True)
class Status:
    """Where a worker stands.

    Attributes:
        job: What it is at or has done, 0 for nothing yet.
        done: Whether all of that is handed in.
        problem: What went wrong with it.
        before: Its clock before that.
        after: Its clock after that.
        throttled_s: How long it was held back by a quota of CPU meanwhile.
        files: The SHA-256 of each file of its record, once all of them are sent.
        capacities: What its load generator can do, by protocol.
    """

    job: int = 0
    done: bool = False
    problem: str | None = None
    before: Offset | None = None
    after: Offset | None = None
    throttled_s: float | None = None
    files: dict[str, str] = field(default_factory=dict)
    capacities: dict[str, dict[str, Any]] = field(default_factory=dict)
