"""Run the leader's jobs and send heartbeats until the run is over."""

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
from celsiusify_load_tests.distributed.job_runner import JobPaths, LocustProcesses, running_locust
from celsiusify_load_tests.distributed.protocol import (
    HEARTBEAT_INTERVAL_S,
    Command,
    RegisterRequest,
    RunConfig,
    Status,
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

STOPPED = "the worker was stopped"


@dataclass(frozen=True)
class JobRunner:
    """The runner of a worker's loads.

    Attributes:
        client: The connection to the leader.
        run_config: The worker's settings.
        stop_asked: The request to stop, which ends a load.
    """

    client: LeaderClient
    run_config: RunConfig
    stop_asked: Interruption

    def run(self, job: int, paths: JobPaths) -> Status:
        """Run a load, upload its record and return the final status.

        Raises:
            LostLeaderError: If the leader stopped answering.
            RejectedError: If the leader rejects this worker.
        """
        clock, throttled_before_s = Clock(), throttled_s()
        before = measure(clock, self.client.exchange)
        status = Status(job, before=before)
        uploader = Uploader(
            paths.recording_dir, partial(self.client.upload, self.run_config.worker, job)
        )
        usage = usage_file(paths.recording_dir, self.run_config.worker)
        with (
            running_locust(self.run_config, paths, before) as running,
            Sampler(usage, 0, running.pids, lambda: clock.now_ns() - before.ns),
        ):
            problem = self._follow(running, uploader.send, status)
        files = uploader.finish()
        shutil.rmtree(paths.recording_dir)
        return replace(
            status,
            done=True,
            problem=problem,
            files=files,
            after=measure(clock, self.client.exchange),
            throttled_s=since(throttled_before_s),
        )

    def send_status(self, status: Status) -> Command:
        """Send this worker's status and return the current command."""
        return self.client.send_status(self.run_config.worker, status)

    def _follow(
        self, running: LocustProcesses, send: Callable[[], None], status: Status
    ) -> str | None:
        """Upload the record until the load ends; return the problem, None without one."""
        while True:
            problem = running.problem() or (STOPPED if self.stop_asked else None)
            send()
            command = self.send_status(replace(status, problem=problem))
            if running.ended:
                return problem or running.problem()
            if self.stop_asked or command.do != "load":
                return problem
            running.wait(HEARTBEAT_INTERVAL_S, self.stop_asked)


IDLE_S = 0.2


def versions() -> dict[str, str]:
    """Return the versions of the software on this machine."""
    return {**machine.versions(), "python": platform.python_version()}


def register_request() -> RegisterRequest:
    """Return this machine's description for the leader."""
    return RegisterRequest(uuid4().hex, socket.gethostname(), versions(), limit_cores())


class Worker:
    """A worker of a distributed run.

    Args:
        job_runner: The runner of its loads.
        master: The host of Locust's master.
        folder: An empty folder for all files.
        complain: A function that shows a problem to the user.
    """

    def __init__(
        self, job_runner: JobRunner, master: str, folder: Path, complain: Callable[[str], None]
    ) -> None:
        self._job_runner = job_runner
        self._master = master
        self._folder = folder
        self._complain = complain
        self._targets_file = folder / "targets.yaml"
        self._targets_file.write_text(job_runner.run_config.targets, encoding="utf-8")

    def work(self) -> Command:
        """Run the leader's jobs until the run is over; return the last command.

        Raises:
            LostLeaderError: If the leader stopped answering.
            RejectedError: If the leader rejects this worker.
            Interrupted: If a stop was requested.
        """
        status = Status(before=measure(Clock(), self._job_runner.client.exchange))
        try:
            while (command := self._job_runner.send_status(status)).do != "end":
                self._job_runner.stop_asked.check()
                if command.job > status.job and command.do in ("load", "calibrate"):
                    status = self._do(command)
                else:
                    self._job_runner.stop_asked.sleep(IDLE_S)
        except Interrupted:
            if (command := self._job_runner.send_status(status)).do != "end":
                raise
        return command

    def _do(self, command: Command) -> Status:
        """Do a job and return its final status."""
        status = self._calibrate(command) if command.do == "calibrate" else self._load(command.job)
        if status.problem:
            self._complain(status.problem)
        return status

    def _load(self, job: int) -> Status:
        folder = self._folder / str(job)
        folder.mkdir()
        log = folder / "locust.log"
        return self._job_runner.run(
            job, JobPaths(folder / "spool", self._targets_file, log, self._master)
        )

    def _calibrate(self, command: Command) -> Status:
        """Measure the capacity of this machine's load generator."""
        try:
            subject = calibration_job.subject(command.details, self._targets_file)
            measured = calibrate(subject, split(available()), self._job_runner.stop_asked)
        except CalibrationError as problem:
            return Status(command.job, done=True, problem=str(problem))
        capacities = {protocol: asdict(capacity) for protocol, capacity in measured.items()}
        return Status(command.job, done=True, capacities=capacities)


class Heartbeat:
    """A thread that sends heartbeats while the context lasts.

    Args:
        client: A connection to the leader that no other thread uses.
        worker: The worker's number.
        stop_asked: The stop to request at the run's end, which aborts a calibration.
    """

    def __init__(self, client: LeaderClient, worker: int, stop_asked: Interruption) -> None:
        self._client = client
        self._stop_asked = stop_asked
        self._worker = worker
        self._stop = Event()
        self._thread = Thread(target=self._run, name="heartbeat", daemon=True)

    def __enter__(self) -> "Heartbeat":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(HEARTBEAT_INTERVAL_S)

    def _run(self) -> None:
        while not self._stop.wait(HEARTBEAT_INTERVAL_S):
            try:
                command = self._client.heartbeat(self._worker)
            except (LostLeaderError, LoadTestError):
                return  # the worker gets the same error with its next status
            if command.do == "end":
                self._stop_asked.ask()
                return
