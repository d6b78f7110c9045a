"""What the load generator itself can do, against a server that does nothing.

A load that comes near the generator's own limit measures the generator. So before anything is
timed, the same client, checks and record are driven at a responder with the same protocol: by many
users who don't think for the highest rate, by one for the lowest latency. MLPerf's load generator
is tried against a "null system under test" likewise (github.com/mlcommons/inference, loadgen).
"""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from celsiusify_load_tests import integrity
from celsiusify_load_tests.clock import now_ns
from celsiusify_load_tests.errors import CalibrationError
from celsiusify_load_tests.generator import Job, drive
from celsiusify_load_tests.plan import Stage
from celsiusify_load_tests.profiles import Profile
from celsiusify_load_tests.responder import Running, running
from celsiusify_load_tests.rows import OUTCOMES, SUCCEEDED
from celsiusify_load_tests.spool import read_spool
from celsiusify_load_tests.summary import latency_ms, within
from celsiusify_load_tests.targets import Target
from celsiusify_load_tests.timeline import Timeline, read_timeline
from celsiusify_load_tests.usage import Tree

FAHRENHEIT = 451
USERS = 32  # for each load-generating process: enough to keep it busy
WARM_UP_S = 1
CEILING_S, FLOOR_S = 3, 1

_NS_PER_S = 1e9


@dataclass(frozen=True)
class Ability:
    """What the generator can do; `results/README.md` describes the fields."""

    rate_rps: float
    floor_p50_ms: float
    floor_p99_ms: float
    requests: int
    seconds: float
    generator_cpu_percent: float | None
    responder_cpu_percent: float | None


def calibrate(stage: Stage) -> dict[str, Ability]:
    """Try the generator in each protocol that the run's targets speak.

    Raises:
        CalibrationError: If that leaves no whole record.
        Interrupted: If a stop was asked for.
    """
    by_protocol = {target.request.protocol: target for target in reversed(stage.plan.targets)}
    return {protocol: _try(target, stage) for protocol, target in by_protocol.items()}


def _try(target: Target, stage: Stage) -> Ability:
    """Drive a target's requests at a responder that answers them."""
    body = target.client().right_answer(FAHRENHEIT)
    log = stage.path(target, "responder.log")
    cores = stage.split.target
    with running(
        target.request.protocol, body, log, processes=len(cores or [0]), cores=cores
    ) as responders:
        processes = stage.plan.processes
        ceiling = _load(target, responders, stage, USERS * processes, processes, CEILING_S)
        floor = _load(target, responders, stage, 1, 1, FLOOR_S)
    log.unlink()
    p50_ms, p99_ms = np.percentile(latency_ms(floor.rows), (50, 99))
    return Ability(
        rate_rps=round(ceiling.rows.num_rows / ceiling.seconds, 1),
        floor_p50_ms=round(float(p50_ms), 4),
        floor_p99_ms=round(float(p99_ms), 4),
        requests=ceiling.rows.num_rows,
        seconds=round(ceiling.seconds, 3),
        generator_cpu_percent=ceiling.cpu_percent.get("generator"),
        responder_cpu_percent=ceiling.cpu_percent.get("responder"),
    )


@dataclass(frozen=True)
class _Trial:
    """The steady part of a load: its rows, its length, and the CPU of each role's processes."""

    rows: pa.Table
    seconds: float
    cpu_percent: dict[str, float]


def _load(
    target: Target, responders: Running, stage: Stage, users: int, processes: int, run_time_s: int
) -> _Trial:
    job = Job(
        run=stage.folder.name,
        target=target,
        round=0,
        targets_file=stage.plan.targets_file,
        url=responders.url,
        profile=_profile(stage.plan.profile, users, run_time_s),
        processes=processes,
        seed=stage.plan.seed,
        spool=stage.folder / "parts" / "calibration",
        log=stage.path(target, "locust.log"),
    )
    meter = _Meter(responders, lambda: read_timeline(job.spool).workers)
    problem = drive(job, stage.split.generator, meter.sample, stage.stop_asked)
    stage.stop_asked.check()
    rows, timeline = read_spool(job.spool), read_timeline(job.spool)
    if problem := problem or next(iter(integrity.faults(timeline, processes)), None):
        raise CalibrationError(f"the load generator couldn't be tried: {problem}")
    shutil.rmtree(job.spool)
    job.log.unlink()
    return _trial(rows, timeline, meter)


def _profile(profile: Profile, users: int, run_time_s: int) -> Profile:
    """The same request by users who don't think, so that one answer is right for all."""
    return replace(
        profile,
        name="calibration",
        users=users,
        spawn_rate_per_s=float(users),
        warm_up_s=WARM_UP_S,
        run_time_s=run_time_s,
        think_time_s=(0.0, 0.0),
        fahrenheit=(FAHRENHEIT, FAHRENHEIT - 1),
    )


def _trial(rows: pa.Table, timeline: Timeline, meter: "_Meter") -> _Trial:
    from_ns, until_ns = timeline.steady_from_ns, timeline.steady_until_ns
    if from_ns is None or until_ns is None:
        raise CalibrationError("the load generator couldn't be tried: it never was steady")
    steady = within(rows, from_ns, until_ns)
    outcomes = pc.unique(pc.cast(steady["outcome"], pa.string())).to_pylist()
    if outcomes != [OUTCOMES[SUCCEEDED]]:
        faults = ", ".join(
            filter(None, pc.unique(pc.cast(steady["error"], pa.string())).to_pylist())
        )
        raise CalibrationError(f"the load generator couldn't be tried: {faults or 'no requests'}")
    return _Trial(steady, (until_ns - from_ns) / _NS_PER_S, meter.percent(from_ns, until_ns))


class _Meter:
    """Samples the CPU time of generator and responders.

    Args:
        responders: Those to sample.
        workers: Tells the generator's processes, which appear after its start.
    """

    def __init__(self, responders: Running, workers: Callable[[], Mapping[int, int]]) -> None:
        self._responders = [Tree(pid) for pid in responders.pids]
        self._workers = workers
        self._generator: list[Tree] = []
        self._samples: list[tuple[int, dict[str, float]]] = []

    def sample(self) -> None:
        """Take a sample."""
        if len(found := self._workers()) > len(self._generator):
            self._generator = [Tree(pid) for pid in found.values()]
        roles = {"generator": self._generator, "responder": self._responders}
        mean_s = {role: _mean_s(trees) for role, trees in roles.items() if trees}
        self._samples.append((now_ns(), mean_s))

    def percent(self, from_ns: int, until_ns: int) -> dict[str, float]:
        """The mean CPU of a process of each role, in percent of a core, as far as it is known."""
        steady = [sample for sample in self._samples if from_ns <= sample[0] <= until_ns]
        if len(steady) < 2:
            return {}
        (first_ns, first), (last_ns, last) = steady[0], steady[-1]
        elapsed_s = (last_ns - first_ns) / _NS_PER_S
        return {role: round(100 * (last[role] - first[role]) / elapsed_s, 1) for role in first}


def _mean_s(trees: list[Tree]) -> float:
    return float(np.mean([tree.sample()[0] or 0.0 for tree in trees]))
