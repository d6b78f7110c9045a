"""Lead the workers of a distributed run and collect their records."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from celsiusify_load_tests.config.validation import checked
from celsiusify_load_tests.distributed import calibration_job
from celsiusify_load_tests.distributed.clock_sync import Clock, Offset
from celsiusify_load_tests.distributed.protocol import Command, Distribution, RunConfig
from celsiusify_load_tests.distributed.registry import RegisteredWorker, WorkerRegistry
from celsiusify_load_tests.distributed.server import Control, application, listening, served
from celsiusify_load_tests.distributed.upload_store import UploadStore, sha256
from celsiusify_load_tests.distributed.worker import versions
from celsiusify_load_tests.errors import CalibrationError, LoadTestError, LostWorkerError
from celsiusify_load_tests.host.cpu_affinity import Split
from celsiusify_load_tests.host.signals import Interruption
from celsiusify_load_tests.preflight.generator_capacity import GeneratorCapacity, Subject
from celsiusify_load_tests.run.backend import LoadResult

STEP_S = 0.05
UPLOAD_TIMEOUT_S = 120.0  # for workers with heartbeats; others are lost after some seconds
CALIBRATION_TIMEOUT_S = 120.0
DISMISSAL_TIMEOUT_S = 5.0


class Leader:
    """The load backend that uses workers on other machines.

    Args:
        distribution: The settings of the distributed run.
        control: The state behind the leader's HTTP API.
    """

    is_here = False

    def __init__(self, distribution: Distribution, control: Control) -> None:
        self._distribution = distribution
        self._control = control
        self._registry = control.registry
        self._job = 0
        self._recording_dir = Path()

    @property
    def workers(self) -> list[dict[str, Any]]:
        """The workers as run.json describes them."""
        return [_description(worker) for worker in self._registry.workers]

    def check(self) -> None:
        """Check that no worker is lost.

        Raises:
            LostWorkerError: If a worker is lost.
        """
        if lost := self._registry.lost():
            raise LostWorkerError(lost)

    def begin(self, processes: int, recording_dir: Path) -> list[str]:
        """Start a load on the workers; return the options for Locust's master."""
        self.check()
        self._control.clock = Clock()
        self._recording_dir = recording_dir
        self._control.store.open(self._job + 1, recording_dir)
        self._issue(Command("load", self._job + 1))
        return [
            "--master",
            f"--master-bind-host={self._distribution.listen}",
            f"--master-bind-port={self._distribution.locust_port}",
            f"--expect-workers={processes}",
        ]

    def problem(self) -> str | None:
        """Return the problems of the leader and its workers, None without any."""
        faults = [self._control.store.problem, self._registry.problem(self._job)]
        return "; ".join(filter(None, faults)) or None

    def end(self) -> LoadResult:
        """Wait for the workers' records and check that they are complete."""
        self._issue(Command("finish", self._job))
        self._wait(lambda: self._registry.done(self._job), UPLOAD_TIMEOUT_S)
        self._control.store.close()
        workers = self._registry.workers
        faults = [self.problem(), *(self._upload_problem(worker) for worker in workers)]
        self._issue(Command(job=self._job))
        throttled_s = [worker.status.throttled_s for worker in workers]
        known_s = [seconds for seconds in throttled_s if seconds is not None]
        return LoadResult(
            problem="; ".join(filter(None, faults)) or None,
            throttled_s=round(sum(known_s), 3) if len(known_s) == len(throttled_s) else None,
            clock_offset_ms={worker.name: self._clock_offsets_ms(worker) for worker in workers},
        )

    def dismiss(self, problem: str | None = None) -> None:
        """Tell the workers that the run is over and wait for their replies."""
        self._issue(Command("end", problem=problem))
        self._wait(lambda: self._registry.dismissed, DISMISSAL_TIMEOUT_S)

    def calibrate(
        self, subject: Subject, _: Split, stop_asked: Interruption
    ) -> dict[str, GeneratorCapacity]:
        """Calibrate all load generators at the same time and add their rates.

        Raises:
            CalibrationError: If a calibration failed or took too long.
            LostWorkerError: If a worker is lost.
            Interrupted: If a stop was requested.
        """
        self.check()
        details = calibration_job.details(subject, self._distribution.processes)
        self._issue(Command("calibrate", self._job + 1, details))
        is_complete = self._wait(
            lambda: bool(stop_asked) or self._registry.done(self._job), CALIBRATION_TIMEOUT_S
        )
        stop_asked.check()
        self.check()
        if problem := self._registry.problem(self._job):
            raise CalibrationError(problem)
        if not is_complete:
            raise CalibrationError(
                f"calibration of the load generators timed out after {CALIBRATION_TIMEOUT_S:g} s"
            )
        measured = [worker.status.capacities for worker in self._registry.workers]
        return {
            protocol: calibration_job.added(
                [
                    checked(GeneratorCapacity, capacities[protocol], "a worker's capacity")
                    for capacities in measured
                ]
            )
            for protocol in measured[0]
        }

    def _issue(self, command: Command) -> None:
        self._job = command.job
        self._registry.issue(command)

    def _wait(self, until: Callable[[], bool], limit_s: float) -> bool:
        """Wait until a condition holds; return False if it doesn't within the limit."""
        deadline = time.monotonic() + limit_s
        while not until() and time.monotonic() < deadline:
            self._registry.lost()
            time.sleep(STEP_S)
        return until()

    def _upload_problem(self, worker: RegisteredWorker) -> str | None:
        """Return the first problem of a worker's uploaded record, None without one."""
        if worker.lost:
            return None
        if worker.status.job != self._job or not worker.status.done:
            return f"worker {worker.name} didn't upload its record within {UPLOAD_TIMEOUT_S:g} s"
        for name, digest in worker.status.files.items():
            if sha256(self._recording_dir / name) != digest:
                return f"worker {worker.name}: checksum mismatch of {name} (SHA-256)"
        return None

    def _clock_offsets_ms(self, worker: RegisteredWorker) -> dict[str, float | None]:
        status = worker.status
        if status.job != self._job:
            return {"before": None, "after": None}
        return {
            "before": _offset_ms(status.before),
            "after": _offset_ms(status.after),
        }


def _offset_ms(offset: Offset | None) -> float | None:
    return None if offset is None else round(offset.clock_offset_ms, 3)


def _description(worker: RegisteredWorker) -> dict[str, Any]:
    assert worker.first is not None
    assert worker.first.before is not None
    return {
        "name": worker.name,
        "versions": worker.registration.versions,
        "cpu_limit_cores": worker.registration.cpu_limit_cores,
        "clock_offset_ms": round(worker.first.before.clock_offset_ms, 3),
        "round_trip_ms": round(worker.first.before.round_trip_ms, 3),
    }


Say = Callable[[str], None]


@contextmanager
def leader_session(
    distribution: Distribution, targets: str, say: Say, stop_asked: Interruption
) -> Iterator[Leader]:
    """Lead the workers of a run while the context lasts.

    Args:
        distribution: The settings of the distributed run.
        targets: The text of targets.yaml.
        say: Shows a message to the user.
        stop_asked: Ends the wait for the workers.

    Raises:
        LoadTestError: If not all workers register in time, one is refused, or a port is taken.
        Interrupted: If a stop was requested before all workers were ready.
    """
    listen = distribution.listen
    with listening(listen, distribution.locust_port):
        pass  # check the port, which Locust's master listens on during a load
    run_config = RunConfig(
        0,
        distribution.processes,
        distribution.locust_port,
        targets,
        distribution.stop_timeout_s,
    )
    control = Control(WorkerRegistry(distribution.workers, versions(), run_config), UploadStore())
    leader = Leader(distribution, control)
    with (
        listening(listen, distribution.control_port) as listener,
        served(application(control), listener),
        _dismissing(leader),
    ):
        _wait_for_workers(control.registry, distribution, say, stop_asked)
        yield leader


def _wait_for_workers(
    registry: WorkerRegistry, distribution: Distribution, say: Say, stop_asked: Interruption
) -> None:
    """Wait until all workers are ready."""
    address = f"{distribution.listen}:{distribution.control_port}"
    say(f"waiting at {address} for {distribution.workers} workers")
    shown, deadline = 0, time.monotonic() + distribution.worker_timeout_s
    while not registry.ready or shown < len(registry.workers):
        stop_asked.check()
        if problem := registry.refused or registry.lost():
            raise LoadTestError(problem)
        if time.monotonic() > deadline:
            raise LoadTestError(
                f"{len(registry.workers)} of {distribution.workers} workers registered within "
                f"{distribution.worker_timeout_s:g} s; start each with "
                f"`celsiusify-load-tests worker --leader HOST:{distribution.control_port}`"
            )
        for worker in registry.workers[shown:]:
            say(f"worker {worker.name} registered")
            shown += 1
        time.sleep(STEP_S)


@contextmanager
def _dismissing(leader: Leader) -> Iterator[None]:
    """Dismiss the workers at the end, with the reason if the run was aborted."""
    problem = None
    try:
        yield
    except LoadTestError as reason:
        problem = f"the leader aborted the run: {reason}"
        raise
    finally:
        leader.dismiss(problem)
