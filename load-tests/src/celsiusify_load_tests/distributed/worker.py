"""A worker: does what its leader wants until the run is over."""

import platform
import socket
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from uuid import uuid4

from celsiusify_load_tests import machine
from celsiusify_load_tests.calibration import calibrate
from celsiusify_load_tests.cores import available, split
from celsiusify_load_tests.distributed import trial
from celsiusify_load_tests.distributed.offset import Clock, measure
from celsiusify_load_tests.distributed.part import Part
from celsiusify_load_tests.distributed.shift import Place
from celsiusify_load_tests.distributed.talk import Joining, Order, Report
from celsiusify_load_tests.errors import CalibrationError
from celsiusify_load_tests.interruption import Interrupted
from celsiusify_load_tests.quota import limit_cores

IDLE_S = 0.2


def versions() -> dict[str, str]:
    """The versions on this machine."""
    return {**machine.versions(), "python": platform.python_version()}


def introduction() -> Joining:
    """What a leader must know of this machine."""
    return Joining(uuid4().hex, socket.gethostname(), versions(), limit_cores())


class Worker:
    """One machine of a run.

    Args:
        part: What it does in loads.
        master: The host of Locust's master.
        folder: An empty one for all files.
        complain: Tells the user what went wrong.
    """

    def __init__(
        self, part: Part, master: str, folder: Path, complain: Callable[[str], None]
    ) -> None:
        self._part = part
        self._master = master
        self._folder = folder
        self._complain = complain
        self._targets_file = folder / "targets.yaml"
        self._targets_file.write_text(part.briefing.targets, encoding="utf-8")

    def work(self) -> Order:
        """Work until the leader says that the run is over; returns how it said so.

        Raises:
            LostLeaderError: If the leader doesn't answer any more.
            TurnedAwayError: If it gave this worker up.
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
            subject = trial.subject(order.details, self._targets_file)
            found = calibrate(subject, split(available()), self._part.stop_asked)
        except CalibrationError as problem:
            return Report(order.job, done=True, problem=str(problem))
        abilities = {protocol: asdict(ability) for protocol, ability in found.items()}
        return Report(order.job, done=True, abilities=abilities)
