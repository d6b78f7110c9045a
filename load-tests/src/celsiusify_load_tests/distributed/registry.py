"""Keep the registered workers, their heartbeats and their statuses."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import chain, count
from threading import RLock

from celsiusify_load_tests.distributed.protocol import (
    EQUAL_VERSIONS,
    SILENCE_TIMEOUT_S,
    Command,
    RegisterRequest,
    RunConfig,
    Status,
)


class RefusedError(Exception):
    """A worker can't take part; the message gives the reason."""


@dataclass
class RegisteredWorker:
    """A worker that takes part in the run.

    Attributes:
        number: The worker's number from 0, in the order of registration.
        name: The worker's unique name.
        registration: The worker's request.
        heartbeat_s: The time of the last heartbeat, from the registry's clock.
        status: The latest status.
        first: The first status that has the worker's clock offset.
        dismissed: Whether the worker knows that the run is over.
        lost: Whether its heartbeats stopped; a lost worker stays lost.
    """

    number: int
    name: str
    registration: RegisterRequest
    heartbeat_s: float
    status: Status = field(default_factory=Status)
    first: Status | None = None
    dismissed: bool = False
    lost: bool = False


class WorkerRegistry:
    """The workers of a run; safe to use from several threads.

    Args:
        size: The required number of workers.
        versions: The versions on this machine; a worker must have the same.
        run_config: The settings for all workers; each worker gets its own number.
        now_s: A monotonic clock.
    """

    def __init__(
        self,
        size: int,
        versions: dict[str, str],
        run_config: RunConfig,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.size = size
        self.workers: list[RegisteredWorker] = []
        self.refused: str | None = None
        """The reason why the latest worker with other versions was refused."""
        self._versions = versions
        self._run_config = run_config
        self._now_s = now_s
        self._command = Command()
        self._lock = RLock()

    def register(self, registration: RegisterRequest) -> RunConfig:
        """Register a worker and return its settings.

        Raises:
            RefusedError: If all workers are registered, or the worker has other versions.
        """
        with self._lock:
            for worker in self.workers:
                if worker.registration.token == registration.token:
                    return replace(self._run_config, worker=worker.number)
            if len(self.workers) == self.size:
                raise RefusedError(f"too many workers: the run already has {self.size}")
            if problem := _difference(registration, self._versions):
                self.refused = problem
                raise RefusedError(problem)
            number = len(self.workers)
            worker = RegisteredWorker(
                number, self._name(registration.name), registration, self._now_s()
            )
            self.workers.append(worker)
            return replace(self._run_config, worker=number)

    def _name(self, requested: str) -> str:
        """Return the requested name, with a numeric suffix if it is taken."""
        taken = {worker.name for worker in self.workers}
        names = chain([requested], (f"{requested}-{number}" for number in count(2)))
        return next(name for name in names if name not in taken)

    def heartbeat(self, number: int) -> Command:
        """Record a heartbeat and return the current command.

        Raises:
            RefusedError: If the worker isn't registered, or is lost.
        """
        with self._lock:
            worker = self._worker(number)
            if worker.lost:
                raise RefusedError(
                    f"the leader got no heartbeat from this worker for {SILENCE_TIMEOUT_S:g} s"
                )
            worker.heartbeat_s = self._now_s()
            return self._command

    def update(self, number: int, status: Status) -> Command:
        """Record a worker's status and return the current command.

        Raises:
            RefusedError: If the worker isn't registered, or is lost.
        """
        with self._lock:
            command = self.heartbeat(number)
            worker = self._worker(number)
            if not _is_older(status, worker.status):
                worker.status = status
            if worker.first is None and status.before is not None:
                worker.first = status
            worker.dismissed = command.do == "end"
            return command

    def _worker(self, number: int) -> RegisteredWorker:
        if not 0 <= number < len(self.workers):
            raise RefusedError("this worker isn't registered for the run")
        return self.workers[number]

    def issue(self, command: Command) -> None:
        """Set the current command for all workers."""
        with self._lock:
            self._command = command

    @property
    def ready(self) -> bool:
        """Return True if all workers are registered and have compared their clocks."""
        with self._lock:
            ready = [worker for worker in self.workers if worker.first is not None]
            return len(ready) == self.size

    def done(self, job: int) -> bool:
        """Return True if every worker that isn't lost has completed a job."""
        with self._lock:
            return all(
                worker.lost or (worker.status.job == job and worker.status.done)
                for worker in self.workers
            )

    @property
    def dismissed(self) -> bool:
        """Return True if every worker that isn't lost knows that the run is over."""
        self.lost()
        with self._lock:
            return all(worker.dismissed or worker.lost for worker in self.workers)

    def lost(self) -> str | None:
        """Mark workers without heartbeats as lost; return a message that names them."""
        with self._lock:
            now_s = self._now_s()
            for worker in self.workers:
                silent = not worker.dismissed and now_s - worker.heartbeat_s > SILENCE_TIMEOUT_S
                worker.lost = worker.lost or silent
            names = [worker.name for worker in self.workers if worker.lost]
        return (
            f"no heartbeat from worker {', '.join(names)} for {SILENCE_TIMEOUT_S:g} s"
            if names
            else None
        )

    def problem(self, job: int) -> str | None:
        """Return the problems of a job as a message, None if it has none."""
        lost = self.lost()
        with self._lock:
            problems = [
                f"worker {worker.name}: {worker.status.problem}"
                for worker in self.workers
                if worker.status.job == job and worker.status.problem and not worker.lost
            ]
        return "; ".join(filter(None, [lost, *problems])) or None


def _is_older(status: Status, known: Status) -> bool:
    """Return True if a status arrived after a newer one."""
    return status.job < known.job or (status.job == known.job and known.done and not status.done)


def _difference(registration: RegisterRequest, versions: dict[str, str]) -> str | None:
    """Return how a worker's versions differ from the leader's, None if they don't."""
    different = [
        f"{name} {registration.versions.get(name)} instead of {versions[name]}"
        for name in EQUAL_VERSIONS
        if registration.versions.get(name) != versions[name]
    ]
    return f"worker {registration.name} has {', '.join(different)}" if different else None
