"""Gather the workers of a run, let them make its loads, and collect their records."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from celsiusify_load_tests.config.validation import checked
from celsiusify_load_tests.distributed import calibration_job
from celsiusify_load_tests.distributed.clock_sync import Clock, Offset
from celsiusify_load_tests.distributed.protocol import Distribution, Order, RunConfig
from celsiusify_load_tests.distributed.registry import Member, WorkerRegistry
from celsiusify_load_tests.distributed.server import Control, application, listening, served
from celsiusify_load_tests.distributed.upload_store import UploadStore, sha256
from celsiusify_load_tests.distributed.worker import versions
from celsiusify_load_tests.errors import CalibrationError, LoadTestError, LostWorkerError
from celsiusify_load_tests.host.cpu_affinity import Split
from celsiusify_load_tests.host.signals import Interruption
from celsiusify_load_tests.preflight.generator_capacity import GeneratorCapacity, Subject
from celsiusify_load_tests.run.backend import LoadResult

STEP_S = 0.05
HAND_IN_S = 120.0  # for workers that are heard of; others are given up after some seconds
TRY_S = 120.0
DISMISSAL_S = 5.0


class Leader:
    """The team of a load that is made by workers on other machines.

    Args:
        distribution: How many there are, and where they come to.
        control: What they ask.
    """

    is_here = False

    def __init__(self, distribution: Distribution, control: Control) -> None:
        self._distribution = distribution
        self._control = control
        self._registry = control.registry
        self._job = 0
        self._spool = Path()

    @property
    def workers(self) -> list[dict[str, Any]]:
        """What run.json says of them."""
        return [_content(member) for member in self._registry.members]

    def check(self) -> None:
        """Make sure that all are there.

        Raises:
            LostWorkerError: If one isn't heard of any more.
        """
        if lost := self._registry.lost():
            raise LostWorkerError(lost)

    def begin(self, processes: int, spool: Path) -> list[str]:
        """Let the workers start, and return what Locust's master must be told."""
        self.check()
        self._control.clock = Clock()
        self._spool = spool
        self._control.store.open(self._job + 1, spool)
        self._order(Order("load", self._job + 1))
        return [
            "--master",
            f"--master-bind-host={self._distribution.listen}",
            f"--master-bind-port={self._distribution.locust_port}",
            f"--expect-workers={processes}",
        ]

    def problem(self) -> str | None:
        """Say who was lost, or what a worker says is wrong, or is here; None if all is well."""
        faults = [self._control.store.problem, self._registry.problem(self._job)]
        return "; ".join(filter(None, faults)) or None

    def end(self) -> LoadResult:
        """Wait until the workers have handed in what they recorded, and check that it is whole."""
        self._order(Order("finish", self._job))
        self._wait(lambda: self._registry.done(self._job), HAND_IN_S)
        self._control.store.close()
        members = self._registry.members
        faults = [self.problem(), *(self._damage(member) for member in members)]
        self._order(Order(job=self._job))
        throttled = [member.report.throttled_s for member in members]
        known = [seconds for seconds in throttled if seconds is not None]
        return LoadResult(
            problem="; ".join(filter(None, faults)) or None,
            throttled_s=round(sum(known), 3) if len(known) == len(throttled) else None,
            clock_offset_ms={member.name: self._offsets(member) for member in members},
        )

    def dismiss(self, problem: str | None = None) -> None:
        """Tell the workers that the run is over, and wait a while until they have heard it."""
        self._order(Order("end", problem=problem))
        self._wait(lambda: self._registry.dismissed, DISMISSAL_S)

    def calibrate(
        self, subject: Subject, _: Split, stop_asked: Interruption
    ) -> dict[str, GeneratorCapacity]:
        """Let all workers try their load generators at the same time, and add that up.

        Raises:
            CalibrationError: If one couldn't.
            LostWorkerError: If one isn't heard of any more.
            Interrupted: If a stop was asked for.
        """
        self.check()
        details = calibration_job.details(subject, self._distribution.processes)
        self._order(Order("try", self._job + 1, details))
        is_whole = self._wait(lambda: bool(stop_asked) or self._registry.done(self._job), TRY_S)
        stop_asked.check()
        self.check()
        if problem := self._registry.problem(self._job):
            raise CalibrationError(problem)
        if not is_whole:
            raise CalibrationError(f"the load generators couldn't be tried in {TRY_S:g} s")
        found = [member.report.abilities for member in self._registry.members]
        return {
            protocol: calibration_job.added(
                [checked(GeneratorCapacity, one[protocol], "an ability") for one in found]
            )
            for protocol in found[0]
        }

    def _order(self, order: Order) -> None:
        self._job = order.job
        self._registry.order(order)

    def _wait(self, until: Callable[[], bool], limit_s: float) -> bool:
        """Wait for the workers who are heard of; returns whether it came about in time."""
        deadline = time.monotonic() + limit_s
        while not until() and time.monotonic() < deadline:
            self._registry.lost()
            time.sleep(STEP_S)
        return until()

    def _damage(self, member: Member) -> str | None:
        """Say which file of a worker's isn't here as it was there."""
        if member.lost:
            return None
        if member.report.job != self._job or not member.report.done:
            return f"worker {member.name} didn't hand in its record in {HAND_IN_S:g} s"
        for name, digest in member.report.files.items():
            if sha256(self._spool / name) != digest:
                return f"worker {member.name}: {name} isn't here as it was there (SHA-256)"
        return None

    def _offsets(self, member: Member) -> dict[str, float | None]:
        report = member.report
        if report.job != self._job:
            return {"before": None, "after": None}
        return {
            "before": _offset_ms(report.before),
            "after": _offset_ms(report.after),
        }


def _offset_ms(found: Offset | None) -> float | None:
    return None if found is None else round(found.clock_offset_ms, 3)


def _content(member: Member) -> dict[str, Any]:
    assert member.first is not None
    assert member.first.before is not None
    return {
        "name": member.name,
        "versions": member.registration.versions,
        "cpu_limit_cores": member.registration.cpu_limit_cores,
        "clock_offset_ms": round(member.first.before.clock_offset_ms, 3),
        "round_trip_ms": round(member.first.before.round_trip_ms, 3),
    }


STEP_S_gathering = 0.05

Say = Callable[[str], None]


@contextmanager
def leading(
    distribution: Distribution, targets: str, say: Say, stop_asked: Interruption
) -> Iterator[Leader]:
    """Lead workers as long as the context lasts, once all have come; at its end they end too.

    Args:
        distribution: How many there must be, and where they come to.
        targets: The text of targets.yaml.
        say: Tells the user.
        stop_asked: Ends the wait for them.

    Raises:
        LoadTestError: If they don't come in time, or can't take part, or a port is taken.
        Interrupted: If a stop was asked for before all were there.
    """
    listen = distribution.listen
    with listening(listen, distribution.locust_port):
        pass  # Locust's master will, once a load begins
    briefing = RunConfig(0, distribution.processes, distribution.locust_port, targets)
    control = Control(WorkerRegistry(distribution.workers, versions(), briefing), UploadStore())
    leader = Leader(distribution, control)
    with (
        listening(listen, distribution.control_port) as listener,
        served(application(control), listener),
        _dismissing(leader),
    ):
        _gather(control.registry, distribution, say, stop_asked)
        yield leader


def _gather(
    registry: WorkerRegistry, distribution: Distribution, say: Say, stop_asked: Interruption
) -> None:
    """Wait until all workers are there."""
    where = f"{distribution.listen}:{distribution.control_port}"
    say(f"waiting at {where} for workers, {distribution.workers} in all")
    here, deadline = 0, time.monotonic() + distribution.worker_timeout_s
    while not registry.ready or here < len(registry.members):
        stop_asked.check()
        if problem := registry.refused or registry.lost():
            raise LoadTestError(problem)
        if time.monotonic() > deadline:
            raise LoadTestError(
                f"{len(registry.members)} of {distribution.workers} workers came within "
                f"{distribution.worker_timeout_s:g} s; start each with "
                f"`celsiusify-load-tests worker --leader HOST:{distribution.control_port}`"
            )
        for member in registry.members[here:]:
            say(f"worker {member.name} has come")
            here += 1
        time.sleep(STEP_S_gathering)


@contextmanager
def _dismissing(leader: Leader) -> Iterator[None]:
    """Tell the workers at the end that the run is over, or why it was given up."""
    problem = None
    try:
        yield
    except LoadTestError as reason:
        problem = f"the leader gave up: {reason}"
        raise
    finally:
        leader.dismiss(problem)
