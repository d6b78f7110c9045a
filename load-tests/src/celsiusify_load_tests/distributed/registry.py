"""The workers as their leader knows them: who is there, who is lost, and where they stand."""

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
    """A worker can't take part: the message tells it why."""


@dataclass
class RegisteredWorker:
    """A worker.

    Attributes:
        number: From 0, in the sequence of their registration.
        name: No two have the same.
        registration: What it said of itself.
        heard_s: When it was last heard of, by the registry's clock.
        status: Where it stands; its first one has its clock.
        first: Its first status that has its clock.
        dismissed: Whether it has heard that the run is over.
        lost: Whether it wasn't heard of for too long; it stays lost.
    """

    number: int
    name: str
    registration: RegisterRequest
    heard_s: float
    status: Status = field(default_factory=Status)
    first: Status | None = None
    dismissed: bool = False
    lost: bool = False


class WorkerRegistry:
    """All workers of a run; safe to use from the threads of a server.

    Args:
        size: How many there must be.
        versions: What this machine runs; a worker must run the same.
        run_config: What they are told, but for their numbers.
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
        """Why a worker was refused that ought to have been one of the registry."""
        self._versions = versions
        self._run_config = run_config
        self._now_s = now_s
        self._command = Command()
        self._lock = RLock()

    def register(self, registration: RegisterRequest) -> RunConfig:
        """Take a worker in.

        Raises:
            RefusedError: If all are there, or it runs other versions.
        """
        with self._lock:
            for worker in self.workers:
                if worker.registration.token == registration.token:
                    return replace(self._run_config, worker=worker.number)
            if len(self.workers) == self.size:
                raise RefusedError(f"the run has its {self.size} workers already")
            if problem := _difference(registration, self._versions):
                self.refused = problem
                raise RefusedError(problem)
            number = len(self.workers)
            worker = RegisteredWorker(
                number, self._name(registration.name), registration, self._now_s()
            )
            self.workers.append(worker)
            return replace(self._run_config, worker=number)

    def _name(self, wanted: str) -> str:
        """The name that is wanted, with the first number that makes it another's no more."""
        taken = {worker.name for worker in self.workers}
        names = chain([wanted], (f"{wanted}-{number}" for number in count(2)))
        return next(name for name in names if name not in taken)

    def heartbeat(self, number: int) -> Command:
        """Note that a worker lives; returns what it is to do.

        Raises:
            RefusedError: If it is none of the registry, or was given up.
        """
        with self._lock:
            worker = self._worker(number)
            if worker.lost:
                raise RefusedError(
                    f"the leader heard nothing of this worker for {SILENCE_TIMEOUT_S:g} s"
                )
            worker.heard_s = self._now_s()
            return self._command

    def update(self, number: int, status: Status) -> Command:
        """Note where a worker stands; returns what it is to do.

        Raises:
            RefusedError: If it is none of the registry, or was given up.
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
            raise RefusedError("this worker is none of the run's")
        return self.workers[number]

    def issue(self, command: Command) -> None:
        """Want something else of all."""
        with self._lock:
            self._command = command

    @property
    def ready(self) -> bool:
        """Whether all have come and compared their clocks."""
        with self._lock:
            here = [worker for worker in self.workers if worker.first is not None]
            return len(here) == self.size

    def done(self, job: int) -> bool:
        """Whether all have handed in a job, but for those who are lost."""
        with self._lock:
            return all(
                worker.lost or (worker.status.job == job and worker.status.done)
                for worker in self.workers
            )

    @property
    def dismissed(self) -> bool:
        """Whether all know that the run is over, but for those who are lost."""
        self.lost()
        with self._lock:
            return all(worker.dismissed or worker.lost for worker in self.workers)

    def lost(self) -> str | None:
        """Say who wasn't heard of for too long, None if nobody."""
        with self._lock:
            now_s = self._now_s()
            for worker in self.workers:
                silent = not worker.dismissed and now_s - worker.heard_s > SILENCE_TIMEOUT_S
                worker.lost = worker.lost or silent
            names = [worker.name for worker in self.workers if worker.lost]
        return (
            f"nothing was heard of worker {', '.join(names)} for {SILENCE_TIMEOUT_S:g} s"
            if names
            else None
        )

    def problem(self, job: int) -> str | None:
        """Say what is wrong with a job that the registry is at, None if nothing."""
        lost = self.lost()
        with self._lock:
            problems = [
                f"worker {worker.name}: {worker.status.problem}"
                for worker in self.workers
                if worker.status.job == job and worker.status.problem and not worker.lost
            ]
        return "; ".join(filter(None, [lost, *problems])) or None


def _is_older(status: Status, known: Status) -> bool:
    """Whether a status was overtaken: who hears no answer sends it again, and then others."""
    return status.job < known.job or (status.job == known.job and known.done and not status.done)


def _difference(registration: RegisterRequest, versions: dict[str, str]) -> str | None:
    """Say how a worker's versions differ from the leader's."""
    different = [
        f"{name} {registration.versions.get(name)} in place of {versions[name]}"
        for name in EQUAL_VERSIONS
        if registration.versions.get(name) != versions[name]
    ]
    return f"worker {registration.name} has {', '.join(different)}" if different else None
