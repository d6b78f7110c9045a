"""Measure what the load generator can do, against a server that does nothing.

A load that comes near the generator's own limit measures the generator. So before anything is
timed, the same client, checks and record are driven at a responder with the same protocol: by many
users who don't think for the highest rate, by one for the lowest latency. MLPerf's load generator
is tried against a "null system under test" likewise (github.com/mlcommons/inference, loadgen).
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
class CalibrationJob:
    """The steady part of a load: its rows, its length, and the busiest process of each role."""

    rows: pa.Table
    seconds: float
    generator_cpu_percent: float | None
    responder_cpu_percent: float | None


@dataclass(frozen=True)
class Bench:
    """Responders, and what is asked of them.

    Attributes:
        target: Whose requests they answer.
        responders: Where they are.
        subject: What the run is about.
        split: Which cores serve and which load.
        stop_asked: Ends a load early.
        folder: For all files.
    """

    target: Target
    responders: Running
    subject: Subject
    split: Split
    stop_asked: Interruption
    folder: Path

    def load(self, name: str, users: int, processes: int, run_time_s: int) -> CalibrationJob:
        """Let users who don't think ask, and see what came of it.

        Raises:
            CalibrationError: If that leaves no whole record.
            Interrupted: If a stop was asked for.
        """
        folder = self.folder / name
        folder.mkdir()
        job, usage = self._job(folder, users, processes, run_time_s), folder / "usage.csv"
        with Sampler(usage, job.round, lambda: self._pids(job)):
            problem = drive(job, self.split.generator, lambda: None, self.stop_asked).problem
        self.stop_asked.check()
        rows, timeline = read_requests(job.spool), read_timeline(job.spool)
        if problem := problem or next(iter(monitor.faults(timeline, processes)), None):
            raise CalibrationError(f"the load generator couldn't be tried: {problem}")
        return _trial(rows, timeline, usage)

    def _job(self, folder: Path, users: int, processes: int, run_time_s: int) -> Job:
        return Job(
            run=self.subject.run,
            target=self.target,
            round=0,
            targets_file=self.subject.targets_file,
            url=self.responders.url,
            load=calibration_load(self.subject.load, users, run_time_s),
            processes=processes,
            spool=folder / "spool",
            log=folder / "locust.log",
        )

    def _pids(self, job: Job) -> dict[str, int | None]:
        serving = {f"responder-{index}": pid for index, pid in enumerate(self.responders.pids)}
        workers = read_timeline(job.spool).workers
        return {**serving, **{f"worker-{index}": pid for index, pid in workers.items()}}


def calibration_load(load: LoadSpec, users: int, run_time_s: int) -> LoadSpec:
    """Return the same requests by users who don't think, so that one answer is right for all."""
    users_alone = {"model": "closed", "rate_rps": None, "steps": None}
    limits = load.limits.model_copy(update={"max_in_flight": None})
    return load.model_copy(
        update={
            **users_alone,
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


def _trial(rows: pa.Table, timeline: Timeline, usage: Path) -> CalibrationJob:
    from_ns, until_ns = timeline.steady_from_ns, timeline.steady_until_ns
    if from_ns is None or until_ns is None:
        raise CalibrationError("the load generator couldn't be tried: it never was steady")
    steady = within(rows, from_ns, until_ns)
    outcomes = pc.unique(pc.cast(steady["outcome"], pa.string())).to_pylist()
    if outcomes != [OUTCOMES[SUCCEEDED]]:
        errors = pc.unique(pc.cast(steady["error"], pa.string())).to_pylist()
        faults = ", ".join(filter(None, errors)) or "no requests"
        raise CalibrationError(f"the load generator couldn't be tried: {faults}")
    return CalibrationJob(
        rows=steady,
        seconds=(until_ns - from_ns) / _NS_PER_S,
        generator_cpu_percent=busiest_percent(usage, 0, "worker", from_ns, until_ns),
        responder_cpu_percent=busiest_percent(usage, 0, "responder", from_ns, until_ns),
    )


USERS = 32  # for each load-generating process: enough to keep it busy
CEILING_S, FLOOR_S = 3, 1


def calibrate(
    subject: Subject, split: Split, stop_asked: Interruption
) -> dict[str, GeneratorCapacity]:
    """Try the generator in each protocol that the run's targets speak.

    Raises:
        CalibrationError: If that leaves no whole record.
        Interrupted: If a stop was asked for.
    """
    by_protocol: dict[str, Target] = {}
    for target in subject.targets:
        by_protocol.setdefault(target.request.protocol, target)
    return {
        protocol: _try(target, subject, split, stop_asked)
        for protocol, target in by_protocol.items()
    }


def _try(
    target: Target, subject: Subject, split: Split, stop_asked: Interruption
) -> GeneratorCapacity:
    """Drive a target's requests at a responder that answers them."""
    protocol, processes, cores = target.request.protocol, subject.processes, split.target
    body = target.client().right_answer(FAHRENHEIT)
    with (
        TemporaryDirectory(prefix="celsiusify-") as folder,
        running(protocol, body, Path(folder), processes=len(cores or [0]), cores=cores) as servers,
    ):
        bench = Bench(target, servers, subject, split, stop_asked, Path(folder))
        ceiling = bench.load("ceiling", USERS * processes, processes, CEILING_S)
        floor = bench.load("floor", 1, 1, FLOOR_S)
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
