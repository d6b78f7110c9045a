"""Run Locust as a process of its own, within a time limit."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import ceil
from pathlib import Path

from celsiusify_load_tests.config.load_spec import LoadSpec
from celsiusify_load_tests.config.targets import Target
from celsiusify_load_tests.generator.parent_watchdog import COMMAND_PID
from celsiusify_load_tests.host.processes import kill_session, last_lines, start, stop
from celsiusify_load_tests.host.signals import Interruption
from celsiusify_load_tests.run.backend import LoadBackend, LoadResult, LocalBackend

OWN_LOCUSTFILE = Path(__file__).parents[1] / "generator" / "locustfile.py"
LOCUSTFILE = Path(os.environ.get("CELSIUSIFY_LOCUSTFILE") or OWN_LOCUSTFILE)
"""What Locust runs: ours, or one from elsewhere that imports all of ours."""
MARGIN_S = 30  # for Locust's start and end
PERIOD_S = 1.0


@dataclass(frozen=True)
class Job:
    """One load on one target.

    Attributes:
        run: The run's name in the record.
        load: The load of this round, with the round's own seed and rate.
        url: The target's address.
        processes: The number of load-generating processes in all.
        spool: The recording folder.
        log: The file for Locust's output.
        backend: The maker of the load.
    """

    run: str
    load: LoadSpec
    target: Target
    round: int
    targets_file: Path
    url: str
    processes: int
    spool: Path
    log: Path
    backend: LoadBackend = field(default_factory=LocalBackend)


def command(job: Job) -> list[str]:
    """Return Locust's command line."""
    load = job.load
    options = {
        "host": job.url,
        "users": load.users,
        "spawn-rate": load.spawn_rate_per_s,
        "stop-timeout": ceil(load.limits.stop_timeout_s),  # Locust takes whole seconds
        "exit-code-on-error": 0,
        # Not resolved: a mounted file is a link, which leads elsewhere once it is updated.
        "targets-file": job.targets_file.absolute(),
        "target": job.target.name,
        "run-name": job.run,
        "round": job.round,
        "spool-dir": job.spool.resolve(),
        "load": load.model_dump_json(),
        "timed": 1,
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    locust = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless", "--only-summary"]
    return locust + flags


def drive(
    job: Job,
    cores: list[int] | None,
    each_second: Callable[[], str | None],
    stop_asked: Interruption,
) -> LoadResult:
    """Run a load to its end.

    Args:
        job: The load.
        cores: The cores for Locust; None for all.
        each_second: A function that is called each second; it may return why the load must end.
        stop_asked: The request to stop: users finish their requests, and the record is written.
    """
    distribution = job.backend.begin(job.processes, job.spool)
    job.spool.mkdir(parents=True)
    env = {COMMAND_PID: str(os.getpid())}
    process = start([*command(job), *distribution], job.log, cores=cores, env=env)
    try:
        problem = _watch(process, job, lambda: each_second() or job.backend.problem(), stop_asked)
    finally:
        stop(process, grace_s=job.load.limits.stop_timeout_s + 5)
    ended = job.backend.end()
    return replace(ended, problem=problem or ended.problem)


def _watch(
    process: subprocess.Popen[bytes],
    job: Job,
    each_second: Callable[[], str | None],
    stop_asked: Interruption,
) -> str | None:
    begin = time.monotonic()
    limit_s = job.load.duration_s + job.load.limits.stop_timeout_s + MARGIN_S
    while process.poll() is None and not stop_asked:
        if (elapsed_s := time.monotonic() - begin) > limit_s:
            kill_session(process.pid)
            return f"the load generator was killed after {elapsed_s:.0f} s: {last_lines(job.log)}"
        if problem := each_second():
            return problem
        _wait(process, PERIOD_S, stop_asked)
    code = process.poll()
    return f"the load generator ended with code {code}: {last_lines(job.log)}" if code else None


def _wait(process: subprocess.Popen[bytes], seconds: float, stop_asked: Interruption) -> None:
    deadline = time.monotonic() + seconds
    while process.poll() is None and not stop_asked and time.monotonic() < deadline:
        time.sleep(0.05)
