"""Load one target for a round, and keep its record."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from celsiusify_load_tests.config.targets import Target
from celsiusify_load_tests.host.cpu_affinity import kept
from celsiusify_load_tests.recording.events import Timeline, read_timeline
from celsiusify_load_tests.recording.reader import read_requests
from celsiusify_load_tests.recording.run_folder import append_lines, append_requests
from celsiusify_load_tests.run import monitor, result
from celsiusify_load_tests.run.backend import LoadResult
from celsiusify_load_tests.run.locust_process import Job, drive
from celsiusify_load_tests.run.monitor import LoadMonitor
from celsiusify_load_tests.run.plan import Plan, RunContext
from celsiusify_load_tests.run.result import COMPLETE, FAILED, INTERRUPTED, Round, TargetResult
from celsiusify_load_tests.servers import local
from celsiusify_load_tests.servers.local import Server, describe
from celsiusify_load_tests.servers.remote import reached
from celsiusify_load_tests.servers.request_counts import counting
from celsiusify_load_tests.servers.usage import Sampler, add_uploaded

_NS_PER_S = 1_000_000_000
USERS_COLUMNS = ("round", "time_ns", "users")


@contextmanager
def reachable(target: Target, context: RunContext, measured: TargetResult) -> Iterator[Server]:
    """Yield the target as a server: the one at `--host`, or one that is started here.

    Raises:
        ServingError: If the target can't be reached or served.
        Interrupted: If a stop was requested before the target was healthy.
    """
    context.stop_asked.check()
    if (host := context.plan.hosts.get(target.name)) is not None:
        yield reached(
            target,
            host,
            context.plan.counters.get(target.name),
            start_timeout_s=context.plan.load.limits.start_timeout_s,
            stop_asked=context.stop_asked,
            say=lambda line: context.terminal.say(f"{target.name}: {line}"),
        )
        return
    folder = context.plan.targets_file.resolve().parent
    if measured.engine is None:
        measured.engine = describe(target, folder)
        context.terminal.say(f"{target.name}: starting {_engine(measured)}")
    with local.served(
        target,
        folder,
        context.path(target, "server.log"),
        cores=context.split.target,
        start_timeout_s=context.plan.load.limits.start_timeout_s,
        stop_asked=context.stop_asked,
    ) as server:
        measured.cores = kept(server.pid, context.split.target)
        yield server


def _engine(measured: TargetResult) -> str:
    engine = measured.engine or {}
    parts = [str(engine[key]) for key in ("engine", "reason") if engine.get(key)]
    return f"{measured.title} ({': '.join(parts)})" if parts else measured.title


def load_round(target: Target, server: Server, context: RunContext, entry: Round) -> pa.Table:
    """Load a running target, add to its files, and note the results in `entry`.

    Returns:
        One row for each request, in the schema of `results/README.md`.

    Raises:
        Interrupted: If a stop was requested before the load.
    """
    context.stop_asked.check()
    count = counting(server.counters, target.metrics)
    ended = _drive(target, server, context, entry)
    spool = _spool(target, context)
    rows, timeline = read_requests(spool), read_timeline(spool)
    _note(entry, rows, timeline)
    entry.steps = _steps(entry, context.plan)
    entry.throttled_s, entry.clock_offset_ms = ended.throttled_s, ended.clock_offset_ms
    entry.counts["server"], entry.counts_problem = count(
        entry.counts["started"] or 0, is_hurried=bool(context.stop_asked)
    )
    entry.state, entry.problem = _state(ended.problem, timeline, context)
    append_requests(context.path(target, "requests.parquet"), rows)
    users = [(entry.round, *sample) for sample in timeline.users]
    append_lines(context.path(target, "users.csv"), USERS_COLUMNS, users)
    shutil.rmtree(spool)
    return rows


def _drive(target: Target, server: Server, context: RunContext, entry: Round) -> LoadResult:
    """Run the load while CPU and memory are sampled."""
    plan = context.plan
    job = Job(
        run=context.folder.name,
        target=target,
        round=entry.round,
        targets_file=plan.targets_file,
        url=server.url,
        load=plan.load.for_round(entry.round, entry.rate_rps),
        processes=plan.processes,
        spool=_spool(target, context),
        log=context.path(target, "locust.log"),
        backend=context.backend,
    )
    later_s = plan.seconds_after((target.name, entry.round))
    follower = LoadMonitor(job, server, context.terminal, _title(target, entry, plan), later_s)
    usage = context.path(target, "usage.csv")
    with Sampler(usage, entry.round, follower.pids):
        ended = drive(job, context.split.generator, follower.look, context.stop_asked)
    add_uploaded(usage, entry.round, job.spool)
    context.terminal.clear()
    if context.stop_asked:
        context.terminal.say("stopping; what was recorded is kept")
    if ended.problem is None:
        job.log.unlink()
    return ended


def _title(target: Target, entry: Round, plan: Plan) -> str:
    place = f", round {entry.round + 1} of {plan.load.rounds}" if plan.load.rounds > 1 else ""
    return f"{target.name}{place}"


def _spool(target: Target, context: RunContext) -> Path:
    return context.folder / "parts" / target.name


def _note(entry: Round, rows: pa.Table, timeline: Timeline) -> None:
    entry.counts |= result.counts(rows)
    entry.steady_from_ns = timeline.steady_from_ns
    entry.steady_until_ns = timeline.steady_until_ns
    entry.started_ns, entry.ended_ns = result.span_ns(
        rows, timeline.steady_from_ns, timeline.steady_until_ns
    )
    entry.connections = {"opened": timeline.opened, "resent": timeline.resent}
    entry.lag_us = monitor.quantiles(timeline.lag_us)
    entry.schedule = timeline.schedule
    entry.instances = result.instances(rows)


def _steps(entry: Round, plan: Plan) -> list[dict[str, float]] | None:
    """Return the times and rates of the round's steps, if it has any."""
    if entry.schedule is None:
        return None
    from_ns = int(entry.schedule["begin_ns"]) + round(plan.load.warm_up_s * _NS_PER_S)
    return plan.load.at_rate(entry.rate_rps).rate_schedule(from_ns)


def _state(problem: str | None, timeline: Timeline, context: RunContext) -> tuple[str, str | None]:
    """Return the state of a measurement, and the problem if it isn't complete."""
    faults = [problem] if problem else []
    faults += monitor.faults(timeline, context.plan.processes)
    if context.stop_asked:
        return INTERRUPTED, "; ".join(["stopped before its time was over", *faults])
    faults += monitor.cut_short(timeline, context.plan.load.run_time_s)
    return (FAILED, "; ".join(faults)) if faults else (COMPLETE, None)
