"""The workers as their leader knows them: who is there, who is lost, and where they stand."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import chain, count
from threading import RLock

from celsiusify_load_tests.distributed.protocol import (
    EQUAL_VERSIONS,
    SILENCE_S,
    Order,
    RegisterRequest,
    Report,
    RunConfig,
)


class RefusedError(Exception):
    """A worker can't take part: the message tells it why."""


@dataclass
class Member:
    """A worker.

    Attributes:
        number: From 0, in the order in which they came.
        name: No two have the same.
        registration: What it said of itself.
        heard_s: When it was last heard of, by the registry's clock.
        report: Where it stands; its first one has its clock.
        first: Its first report that has its clock.
        dismissed: Whether it has heard that the run is over.
        lost: Whether it wasn't heard of for too long; it stays lost.
    """

    number: int
    name: str
    registration: RegisterRequest
    heard_s: float
    report: Report = field(default_factory=Report)
    first: Report | None = None
    dismissed: bool = False
    lost: bool = False


class WorkerRegistry:
    """All workers of a run; safe to use from the threads of a server.

    Args:
        size: How many there must be.
        versions: What this machine runs; a worker must run the same.
        briefing: What they are told, but for their numbers.
        now_s: A monotonic clock.
    """

    def __init__(
        self,
        size: int,
        versions: dict[str, str],
        briefing: RunConfig,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.size = size
        self.members: list[Member] = []
        self.refused: str | None = None
        """Why a worker was refused that ought to have been one of the registry."""
        self._versions = versions
        self._briefing = briefing
        self._now_s = now_s
        self._order = Order()
        self._lock = RLock()

    def join(self, registration: RegisterRequest) -> RunConfig:
        """Take a worker in.

        Raises:
            RefusedError: If all are there, or it runs other versions.
        """
        with self._lock:
            for member in self.members:
                if member.registration.token == registration.token:
                    return replace(self._briefing, worker=member.number)
            if len(self.members) == self.size:
                raise RefusedError(f"the run has its {self.size} workers already")
            if problem := _difference(registration, self._versions):
                self.refused = problem
                raise RefusedError(problem)
            number = len(self.members)
            member = Member(number, self._name(registration.name), registration, self._now_s())
            self.members.append(member)
            return replace(self._briefing, worker=number)

    def _name(self, wanted: str) -> str:
        """The name that is wanted, with the first number that makes it another's no more."""
        taken = {member.name for member in self.members}
        names = chain([wanted], (f"{wanted}-{number}" for number in count(2)))
        return next(name for name in names if name not in taken)

    def hear(self, number: int) -> Order:
        """Note that a worker lives; returns what it is to do.

        Raises:
            RefusedError: If it is none of the registry, or was given up.
        """
        with self._lock:
            member = self._member(number)
            if member.lost:
                raise RefusedError(f"the leader heard nothing of this worker for {SILENCE_S:g} s")
            member.heard_s = self._now_s()
            return self._order

    def take(self, number: int, report: Report) -> Order:
        """Note where a worker stands; returns what it is to do.

        Raises:
            RefusedError: If it is none of the registry, or was given up.
        """
        with self._lock:
            order = self.hear(number)
            member = self._member(number)
            if not _is_older(report, member.report):
                member.report = report
            if member.first is None and report.before is not None:
                member.first = report
            member.dismissed = order.do == "end"
            return order

    def _member(self, number: int) -> Member:
        if not 0 <= number < len(self.members):
            raise RefusedError("this worker is none of the run's")
        return self.members[number]

    def order(self, order: Order) -> None:
        """Want something else of all."""
        with self._lock:
            self._order = order

    @property
    def ready(self) -> bool:
        """Whether all have come and compared their clocks."""
        with self._lock:
            here = [member for member in self.members if member.first is not None]
            return len(here) == self.size

    def done(self, job: int) -> bool:
        """Whether all have handed in a job, but for those who are lost."""
        with self._lock:
            return all(
                member.lost or (member.report.job == job and member.report.done)
                for member in self.members
            )

    @property
    def dismissed(self) -> bool:
        """Whether all know that the run is over, but for those who are lost."""
        self.lost()
        with self._lock:
            return all(member.dismissed or member.lost for member in self.members)

    def lost(self) -> str | None:
        """Say who wasn't heard of for too long, None if nobody."""
        with self._lock:
            now_s = self._now_s()
            for member in self.members:
                silent = not member.dismissed and now_s - member.heard_s > SILENCE_S
                member.lost = member.lost or silent
            names = [member.name for member in self.members if member.lost]
        return (
            f"nothing was heard of worker {', '.join(names)} for {SILENCE_S:g} s" if names else None
        )

    def problem(self, job: int) -> str | None:
        """Say what is wrong with a job that the registry is at, None if nothing."""
        lost = self.lost()
        with self._lock:
            told = [
                f"worker {member.name}: {member.report.problem}"
                for member in self.members
                if member.report.job == job and member.report.problem and not member.lost
            ]
        return "; ".join(filter(None, [lost, *told])) or None


def _is_older(report: Report, known: Report) -> bool:
    """Whether a report was overtaken: who hears no answer sends it again, and then others."""
    return report.job < known.job or (report.job == known.job and known.done and not report.done)


def _difference(registration: RegisterRequest, versions: dict[str, str]) -> str | None:
    """Say how a worker's versions differ from the leader's."""
    different = [
        f"{name} {registration.versions.get(name)} in place of {versions[name]}"
        for name in EQUAL_VERSIONS
        if registration.versions.get(name) != versions[name]
    ]
    return f"worker {registration.name} has {', '.join(different)}" if different else None
