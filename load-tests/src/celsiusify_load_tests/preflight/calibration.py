"""Measure the load generator's capacity against a null server.

A load near the generator's own limit measures the generator. So before any timing, the same client,
checks and record run against a null server with the same protocol. Many users without think time
give the highest rate, one user the lowest latency. In the same way MLPerf's load generator is run
against a "null system under test" (github.com/mlcommons/inference, loadgen).
"""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.compute as pc

from celsiusify_load_tests.config.load_spec import LoadSpec
from celsiusify_load_tests.config.targets import Target
from celsiusify_load_tests.errors import CalibrationError
from celsiusify_load_tests.host.cpu_affinity import Split
from celsiusify_load_tests.host.signals import Interruption
from celsiusify_load_tests.preflight.generator_capacity import GeneratorCapacity, Subject
from celsiusify_load_tests.recording.events import Timeline, read_timeline
from celsiusify_load_tests.recording.format import OUTCOMES, SUCCEEDED
from celsiusify_load_tests.recording.reader import read_requests
from celsiusify_load_tests.run import monitor
from celsiusify_load_tests.run.locust_process import Job, drive
from celsiusify_load_tests.run.result import latency_ms, nearest_rank, within
from celsiusify_load_tests.servers.null_server import Running, running
from celsiusify_load_tests.servers.usage import Sampler, busiest_percent

FAHRENHEIT = 451
WARM_UP_S = 1

_NS_PER_S = 1e9


@dataclass(frozen=True)
class CalibrationRun:
    """The steady part of a load: its rows, its length, and the busiest process of each role."""

    rows: pa.Table
    seconds: float
    generator_cpu_percent: float | None
    responder_cpu_percent: float | None


@dataclass(frozen=True)
class CalibrationJob:
    """Loads against null servers that answer a target's requests.

    Attributes:
        target: The target whose requests the null servers answer.
        servers: The null servers.
        subject: The subject of the calibration.
        split: The cores of servers and load generator.
        stop_asked: The request to stop, which ends a load early.
        folder: The folder for all files.
    """

    target: Target
    servers: Running
    subject: Subject
    split: Split
    stop_asked: Interruption
    folder: Path

    def load(self, name: str, users: int, processes: int, run_time_s: int) -> CalibrationRun:
        """Run users without think time, and return the steady part of their load.

        Raises:
            CalibrationError: If the record is incomplete.
            Interrupted: If a stop was requested.
        """
        folder = self.folder / name
        folder.mkdir()
        job, usage = self._job(folder, users, processes, run_time_s), folder / "usage.csv"
        with Sampler(usage, job.round, lambda: self._pids(job)):
            problem = drive(job, self.split.generator, lambda: None, self.stop_asked).problem
        self.stop_asked.check()
        rows, timeline = read_requests(job.spool), read_timeline(job.spool)
        if problem := problem or next(iter(monitor.faults(timeline, processes)), None):
            raise CalibrationError(f"calibration of the load generator failed: {problem}")
        return _steady_part(rows, timeline, usage)

    def _job(self, folder: Path, users: int, processes: int, run_time_s: int) -> Job:
        return Job(
            run=self.subject.run,
            target=self.target,
            round=0,
            targets_file=self.subject.targets_file,
            url=self.servers.url,
            load=calibration_load(self.subject.load, users, run_time_s),
            processes=processes,
            spool=folder / "spool",
            log=folder / "locust.log",
        )

    def _pids(self, job: Job) -> dict[str, int | None]:
        serving = {f"null-server-{index}": pid for index, pid in enumerate(self.servers.pids)}
        workers = read_timeline(job.spool).workers
        return {**serving, **{f"worker-{index}": pid for index, pid in workers.items()}}


def calibration_load(load: LoadSpec, users: int, run_time_s: int) -> LoadSpec:
    """Return the load without think time, and with one correct answer for all requests."""
    closed = {"model": "closed", "rate_rps": None, "steps": None}
    limits = load.limits.model_copy(update={"max_in_flight": None})
    return load.model_copy(
        update={
            **closed,
            "profile": "calibration",
            "users": users,
            "spawn_rate_per_s": float(users),
            "warm_up_s": WARM_UP_S,
            "run_time_s": run_time_s,
            "think_time_s": (0.0, 0.0),
            "fahrenheit": (FAHRENHEIT, FAHRENHEIT - 1),
            "limits": limits,
        }
    )


def _steady_part(rows: pa.Table, timeline: Timeline, usage: Path) -> CalibrationRun:
    from_ns, until_ns = timeline.steady_from_ns, timeline.steady_until_ns
    if from_ns is None or until_ns is None:
        raise CalibrationError("calibration of the load generator failed: no steady part")
    steady = within(rows, from_ns, until_ns)
    outcomes = pc.unique(pc.cast(steady["outcome"], pa.string())).to_pylist()
    if outcomes != [OUTCOMES[SUCCEEDED]]:
        errors = pc.unique(pc.cast(steady["error"], pa.string())).to_pylist()
        faults = ", ".join(filter(None, errors)) or "no requests"
        raise CalibrationError(f"calibration of the load generator failed: {faults}")
    return CalibrationRun(
        rows=steady,
        seconds=(until_ns - from_ns) / _NS_PER_S,
        generator_cpu_percent=busiest_percent(usage, 0, "worker", from_ns, until_ns),
        responder_cpu_percent=busiest_percent(usage, 0, "null-server", from_ns, until_ns),
    )


USERS = 32  # for each load-generating process: enough to keep it busy
CEILING_S, FLOOR_S = 3, 1


def calibrate(
    subject: Subject, split: Split, stop_asked: Interruption
) -> dict[str, GeneratorCapacity]:
    """Calibrate the generator for each protocol of the run's targets.

    Raises:
        CalibrationError: If a record is incomplete.
        Interrupted: If a stop was requested.
    """
    by_protocol: dict[str, Target] = {}
    for target in subject.targets:
        by_protocol.setdefault(target.request.protocol, target)
    return {
        protocol: _calibrate(target, subject, split, stop_asked)
        for protocol, target in by_protocol.items()
    }


def _calibrate(
    target: Target, subject: Subject, split: Split, stop_asked: Interruption
) -> GeneratorCapacity:
    """Calibrate the generator with a target's requests."""
    protocol, processes, cores = target.request.protocol, subject.processes, split.target
    body = target.client().right_answer(FAHRENHEIT)
    with (
        TemporaryDirectory(prefix="celsiusify-") as folder,
        running(protocol, body, Path(folder), processes=len(cores or [0]), cores=cores) as servers,
    ):
        job = CalibrationJob(target, servers, subject, split, stop_asked, Path(folder))
        ceiling = job.load("ceiling", USERS * processes, processes, CEILING_S)
        floor = job.load("floor", 1, 1, FLOOR_S)
    p50_ms, p99_ms = nearest_rank(latency_ms(floor.rows), 50, 99)
    return GeneratorCapacity(
        rate_rps=round(ceiling.rows.num_rows / ceiling.seconds, 1),
        floor_p50_ms=round(p50_ms, 4),
        floor_p99_ms=round(p99_ms, 4),
        requests=ceiling.rows.num_rows,
        seconds=round(ceiling.seconds, 3),
        generator_cpu_percent=_rounded(ceiling.generator_cpu_percent),
        responder_cpu_percent=_rounded(ceiling.responder_cpu_percent),
    )


def _rounded(percent: float | None) -> float | None:
    return None if percent is None else round(percent, 1)
