"""Locust as a process of its own: how it is started, and how long it may take."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from celsiusify_load_tests.config.connection_policy import KEEP_ALIVE
from celsiusify_load_tests.config.load_model import ClosedLoad, LoadModel
from celsiusify_load_tests.config.profiles import Profile
from celsiusify_load_tests.config.targets import Target
from celsiusify_load_tests.generator.parent_watchdog import COMMAND_PID
from celsiusify_load_tests.host.processes import kill_session, last_lines, start, stop
from celsiusify_load_tests.host.signals import Interruption
from celsiusify_load_tests.run.backend import LoadBackend, LoadResult, LocalBackend

OWN_LOCUSTFILE = Path(__file__).parents[1] / "generator" / "locustfile.py"
LOCUSTFILE = Path(os.environ.get("CELSIUSIFY_LOCUSTFILE") or OWN_LOCUSTFILE)
"""What Locust runs: ours, or one from elsewhere that imports all of ours."""
STOP_TIMEOUT_S = 10  # for answers that are still out when the run ends
MARGIN_S = 30  # for Locust's start and end
PERIOD_S = 1.0


@dataclass(frozen=True)
class Job:
    """One load on one target, as Locust is told of it."""

    run: str
    target: Target
    round: int
    targets_file: Path
    url: str
    profile: Profile
    processes: int
    seed: int
    spool: Path
    log: Path
    load: LoadModel = field(default_factory=ClosedLoad)
    connection: str = str(KEEP_ALIVE)
    team: LoadBackend = field(default_factory=LocalBackend)


def command(job: Job) -> list[str]:
    """Locust's command line."""
    profile = job.profile
    options = {
        "host": job.url,
        "users": profile.users,
        "spawn-rate": profile.spawn_rate_per_s,
        "warm-up-s": profile.warm_up_s,
        "measure-s": profile.run_time_s,
        "stop-timeout": STOP_TIMEOUT_S,
        "exit-code-on-error": 0,
        # Not resolved: a mounted file is a link, which leads elsewhere once it is updated.
        "targets-file": job.targets_file.absolute(),
        "target": job.target.name,
        "run-name": job.run,
        "round": job.round,
        "spool-dir": job.spool.resolve(),
        "think-min-s": profile.think_time_s[0],
        "think-max-s": profile.think_time_s[1],
        "fahrenheit-min": profile.fahrenheit[0],
        "fahrenheit-max": profile.fahrenheit[1],
        "seed": job.seed,
        "connection": job.connection,
        **job.load.options(profile),
    }
    given = [f"--{name}={value}" for name, value in options.items()]
    locust = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless", "--only-summary"]
    return locust + given


def drive(
    job: Job,
    cores: list[int] | None,
    each_second: Callable[[], str | None],
    stop_asked: Interruption,
) -> LoadResult:
    """Run the load to its end.

    Args:
        job: What to run.
        cores: The cores to keep Locust on; None for all.
        each_second: Called each second; what it returns, if not None, is why the load must end.
        stop_asked: Ends the load early: users finish what they are at, then all is written.
    """
    distribution = job.team.begin(job.processes, job.spool)
    job.spool.mkdir(parents=True)
    env = {COMMAND_PID: str(os.getpid())}
    process = start([*command(job), *distribution], job.log, cores=cores, env=env)
    try:
        problem = _watch(process, job, lambda: each_second() or job.team.problem(), stop_asked)
    finally:
        stop(process, grace_s=STOP_TIMEOUT_S + 5)
    ended = job.team.end()
    return replace(ended, problem=problem or ended.problem)


def _watch(
    process: subprocess.Popen[bytes],
    job: Job,
    each_second: Callable[[], str | None],
    stop_asked: Interruption,
) -> str | None:
    begin = time.monotonic()
    limit_s = job.profile.duration_s + STOP_TIMEOUT_S + MARGIN_S
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
