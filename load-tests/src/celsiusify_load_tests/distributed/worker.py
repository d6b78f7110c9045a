"""Do what the leader asks of a worker, and send heartbeats, until the run is over."""

import platform
import shutil
import socket
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from threading import Event, Thread
from uuid import uuid4

from celsiusify_load_tests.distributed import calibration_job
from celsiusify_load_tests.distributed.client import LeaderClient, LostLeaderError, Uploader
from celsiusify_load_tests.distributed.clock_sync import Clock, measure
from celsiusify_load_tests.distributed.job_runner import LocustProcesses, Place, shift
from celsiusify_load_tests.distributed.protocol import (
    BEAT_S,
    Order,
    RegisterRequest,
    Report,
    RunConfig,
)
from celsiusify_load_tests.errors import CalibrationError, LoadTestError
from celsiusify_load_tests.host import machine
from celsiusify_load_tests.host.cgroup import limit_cores, throttled_s
from celsiusify_load_tests.host.cpu_affinity import available, split
from celsiusify_load_tests.host.signals import Interrupted, Interruption
from celsiusify_load_tests.preflight.calibration import calibrate
from celsiusify_load_tests.recording.paths import usage_file
from celsiusify_load_tests.run.backend import since
from celsiusify_load_tests.servers.usage import Sampler

STOPPED = "it was told to stop"


@dataclass(frozen=True)
class JobRunner:
    """What a worker does in loads.

    Attributes:
        link: To its leader.
        briefing: What that told it.
        stop_asked: Ends a load.
    """

    link: LeaderClient
    briefing: RunConfig
    stop_asked: Interruption

    def play(self, job: int, place: Place) -> Report:
        """Take part in a load; returns what came of it, handed in.

        Raises:
            LostLeaderError: If the leader doesn't answer any more.
            RejectedError: If it gave this worker up.
        """
        clock, throttled_before_s = Clock(), throttled_s()
        before = measure(clock, self.link.exchange)
        begun = Report(job, before=before)
        delivery = Uploader(place.spool, partial(self.link.add, self.briefing.worker, job))
        usage = usage_file(place.spool, self.briefing.worker)
        with (
            shift(self.briefing, place, before) as running,
            Sampler(usage, 0, running.pids, lambda: clock.now_ns() - before.ns),
        ):
            problem = self._follow(running, delivery.send, begun)
        files = delivery.finish()
        shutil.rmtree(place.spool)
        return replace(
            begun,
            done=True,
            problem=problem,
            files=files,
            after=measure(clock, self.link.exchange),
            throttled_s=since(throttled_before_s),
        )

    def tell(self, report: Report) -> Order:
        """Tell the leader where this worker stands, and learn what to do."""
        return self.link.report(self.briefing.worker, report)

    def _follow(
        self, running: LocustProcesses, send: Callable[[], None], begun: Report
    ) -> str | None:
        """Hand in what is recorded until the load ends; returns what went wrong."""
        while True:
            problem = running.problem() or (STOPPED if self.stop_asked else None)
            send()
            order = self.tell(replace(begun, problem=problem))
            if running.ended:
                return problem or running.problem()
            if self.stop_asked or order.do != "load":
                return problem
            running.wait(BEAT_S, self.stop_asked)


IDLE_S = 0.2


def versions() -> dict[str, str]:
    """The versions on this machine."""
    return {**machine.versions(), "python": platform.python_version()}


def introduction() -> RegisterRequest:
    """What a leader must know of this machine."""
    return RegisterRequest(uuid4().hex, socket.gethostname(), versions(), limit_cores())


class Worker:
    """One machine of a run.

    Args:
        part: What it does in loads.
        master: The host of Locust's master.
        folder: An empty one for all files.
        complain: Tells the user what went wrong.
    """

    def __init__(
        self, part: JobRunner, master: str, folder: Path, complain: Callable[[str], None]
    ) -> None:
        self._part = part
        self._master = master
        self._folder = folder
        self._complain = complain
        self._targets_file = folder / "targets.yaml"
        self._targets_file.write_text(part.briefing.targets, encoding="utf-8")

    def work(self) -> Order:
        """Strategy until the leader says that the run is over; returns how it said so.

        Raises:
            LostLeaderError: If the leader doesn't answer any more.
            RejectedError: If it gave this worker up.
            Interrupted: If a stop was asked for.
        """
        report = Report(before=measure(Clock(), self._part.link.exchange))
        try:
            while (order := self._part.tell(report)).do != "end":
                self._part.stop_asked.check()
                if order.job > report.job and order.do in ("load", "try"):
                    report = self._do(order)
                else:
                    self._part.stop_asked.sleep(IDLE_S)
        except Interrupted:
            if (order := self._part.tell(report)).do != "end":
                raise
        return order

    def _do(self, order: Order) -> Report:
        """Do a job; returns what came of it."""
        report = self._try(order) if order.do == "try" else self._load(order.job)
        if report.problem:
            self._complain(report.problem)
        return report

    def _load(self, job: int) -> Report:
        folder = self._folder / str(job)
        folder.mkdir()
        log = folder / "locust.log"
        return self._part.play(job, Place(folder / "spool", self._targets_file, log, self._master))

    def _try(self, order: Order) -> Report:
        """Find out what this machine's load generator can do."""
        try:
            subject = calibration_job.subject(order.details, self._targets_file)
            found = calibrate(subject, split(available()), self._part.stop_asked)
        except CalibrationError as problem:
            return Report(order.job, done=True, problem=str(problem))
        abilities = {protocol: asdict(ability) for protocol, ability in found.items()}
        return Report(order.job, done=True, abilities=abilities)


class Heartbeat:
    """Beats in a thread of its own as long as the context lasts, whatever the worker is at.

    Args:
        link: A connection of its own.
        worker: The worker's number.
        stop_asked: Is asked once the leader says that the run is over: it won't wait for a trial.
    """

    def __init__(self, link: LeaderClient, worker: int, stop_asked: Interruption) -> None:
        self._link = link
        self._stop_asked = stop_asked
        self._worker = worker
        self._stop = Event()
        self._thread = Thread(target=self._run, name="heart", daemon=True)

    def __enter__(self) -> "Heartbeat":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(BEAT_S)

    def _run(self) -> None:
        while not self._stop.wait(BEAT_S):
            try:
                order = self._link.beat(self._worker)
            except (LostLeaderError, LoadTestError):
                return  # the worker hears the same when it next reports
            if order.do == "end":
                self._stop_asked.ask()
                return
