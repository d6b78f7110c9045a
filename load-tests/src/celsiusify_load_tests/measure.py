"""Load one target: serve it, drive the load, and keep what was recorded."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from celsiusify_load_tests import serving, summary
from celsiusify_load_tests.commands import describe
from celsiusify_load_tests.cores import kept
from celsiusify_load_tests.errors import ServingError
from celsiusify_load_tests.follow import Follower
from celsiusify_load_tests.generator import Job, drive
from celsiusify_load_tests.measured import Measured
from celsiusify_load_tests.metrics import fetch_count, settled
from celsiusify_load_tests.plan import Stage
from celsiusify_load_tests.results import write_requests, write_users
from celsiusify_load_tests.serving import Server
from celsiusify_load_tests.spool import read_spool
from celsiusify_load_tests.targets import Target
from celsiusify_load_tests.timeline import Timeline, read_timeline
from celsiusify_load_tests.usage import Sampler


def measure(target: Target, stage: Stage, measured: Measured) -> pa.Table:
    """Load `target`, write its files, and note in `measured` how that went.

    Returns:
        One row a request, in the schema of `results/README.md`.

    Raises:
        ServingError: If the target can't be reached or served; nothing was loaded then.
        Interrupted: If a stop was asked for before it was loaded.
    """
    with _reachable(target, stage, measured) as server:
        stage.stop_asked.check()
        before = fetch_count(server.url, target.metrics)
        problem = _load(target, server, stage)
        spool = _spool(target, stage)
        rows, timeline = read_spool(spool), read_timeline(spool)
        after = settled(lambda: fetch_count(server.url, target.metrics), (before or 0) + len(rows))
    _note(measured, rows, timeline)
    measured.counts["server"] = None if before is None or after is None else after - before
    measured.state, measured.problem = _state(problem, timeline, stage)
    write_requests(stage.path(target, "requests.parquet"), rows)
    write_users(stage.path(target, "users.csv"), timeline.users)
    shutil.rmtree(spool)
    return rows


@contextmanager
def _reachable(target: Target, stage: Stage, measured: Measured) -> Iterator[Server]:
    """The target as a server that takes requests: the one pointed at, or one started for this."""
    if stage.plan.host is not None:
        address = stage.plan.host + target.health
        if not serving.answers(address):
            raise ServingError(f"{address} does not answer with 200")
        yield Server(stage.plan.host, serving.local_pid(stage.plan.host))
        return
    folder = stage.plan.targets_file.resolve().parent
    measured.engine = describe(target, folder)
    stage.terminal.say(f"{target.name}: starting {_engine(measured)}")
    with serving.served(
        target,
        folder,
        stage.path(target, "server.log"),
        cores=stage.split.target,
        start_timeout_s=stage.plan.start_timeout_s,
        stop_asked=stage.stop_asked,
    ) as server:
        measured.cores = kept(server.pid, stage.split.target)
        yield server


def _engine(measured: Measured) -> str:
    engine = measured.engine or {}
    parts = [str(engine[key]) for key in ("engine", "reason") if engine.get(key)]
    return f"{measured.title} ({': '.join(parts)})" if parts else measured.title


def _load(target: Target, server: Server, stage: Stage) -> str | None:
    """Drive the load while CPU and memory are sampled; returns what went wrong, None if nothing."""
    plan = stage.plan
    job = Job(
        run=stage.folder.name,
        target=target,
        targets_file=plan.targets_file,
        url=server.url,
        profile=plan.profile,
        processes=plan.processes,
        seed=plan.seed,
        spool=_spool(target, stage),
        log=stage.path(target, "locust.log"),
    )
    follower = Follower(job, server, stage.terminal)
    with Sampler(stage.path(target, "usage.csv"), follower.pids):
        problem = drive(job, stage.split.generator, follower.look, stage.stop_asked)
    stage.terminal.clear()
    if stage.stop_asked:
        stage.terminal.say("stopping; what was recorded is kept")
    if problem is None:
        job.log.unlink()
    return problem


def _spool(target: Target, stage: Stage) -> Path:
    return stage.folder / "parts" / target.name


def _note(measured: Measured, rows: pa.Table, timeline: Timeline) -> None:
    measured.counts |= summary.counts(rows)
    measured.steady_from_ns = timeline.steady_from_ns
    measured.steady_until_ns = timeline.steady_until_ns
    measured.started_ns, measured.ended_ns = summary.span_ns(
        rows, timeline.steady_from_ns, timeline.steady_until_ns
    )


def _state(problem: str | None, timeline: Timeline, stage: Stage) -> tuple[str, str | None]:
    """Whether the measurement is whole, and if not, why."""
    missing = stage.plan.processes - len(timeline.workers)
    faults = [problem] if problem else []
    faults += [f"{missing} of {stage.plan.processes} load processes never ran"] if missing else []
    faults += timeline.problems
    if stage.stop_asked:
        return "interrupted", "; ".join(["stopped before its time was over", *faults])
    return ("failed", "; ".join(faults)) if faults else ("complete", None)
