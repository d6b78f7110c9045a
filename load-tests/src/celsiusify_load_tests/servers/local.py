"""Start a target on this machine, wait until it is healthy, and stop it."""

import os
import shlex
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from celsiusify_load_tests.config.targets import Serve, Target
from celsiusify_load_tests.errors import ServingError
from celsiusify_load_tests.host.cpu_affinity import keep_process_on
from celsiusify_load_tests.host.processes import last_lines, start, stop
from celsiusify_load_tests.host.signals import Interruption
from celsiusify_load_tests.servers.request_counts import Counters, answers

DESCRIBE_TIMEOUT_S = 60.0


def arguments(
    command: str, values: Mapping[str, object], folder: Path, target: Target
) -> list[str]:
    """Fill in a command of targets.yaml and split it; `folder` is the base of relative paths.

    Raises:
        ServingError: If the program isn't installed.
    """
    program, *rest = shlex.split(Template(command).safe_substitute(values))
    executable = shutil.which(folder / program if "/" in program else program)
    if executable is None:
        install = f"tox run -e {target.environment} --notest` or `make setup"
        fix = f"; install it with `{install}`" if target.environment else ""
        raise ServingError(f"{program} is not installed{fix}")
    return [executable, *rest]


def environment(serve: Serve, values: Mapping[str, object]) -> dict[str, str]:
    """Return the environment variables of a target's `serve`, filled in."""
    return {name: Template(text).safe_substitute(values) for name, text in serve.env.items()}


def describe(target: Target, folder: Path) -> dict[str, Any] | None:
    """Return the engine that would serve and the reason, from the target's `describe`.

    The command runs in the same environment as the target itself, and prints JSON.

    Raises:
        ServingError: If the command fails or prints no JSON.
    """
    if target.describe is None:
        return None
    command = arguments(target.describe, target.ports, folder, target)
    env = environment(target.serve, target.ports) if target.serve else {}
    try:
        finished = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **env},
            capture_output=True,
            timeout=DESCRIBE_TIMEOUT_S,
            check=True,
            start_new_session=True,
        )
        engine: dict[str, Any] = orjson.loads(finished.stdout)
    except subprocess.CalledProcessError as problem:
        message = " | ".join(problem.stderr.decode(errors="replace").strip().splitlines()[-3:])
        raise ServingError(f"`{target.describe}` failed: {message}") from problem
    except subprocess.TimeoutExpired as problem:
        raise ServingError(f"`{target.describe}` took over {DESCRIBE_TIMEOUT_S:.0f} s") from problem
    except orjson.JSONDecodeError as problem:
        raise ServingError(f"`{target.describe}` printed no JSON") from problem
    return engine


STOP_GRACE_S = 20.0


@dataclass(frozen=True)
class Server:
    """A target that accepts requests.

    Attributes:
        url: The address of requests.
        pid: The serving process; None if it runs on another machine.
        started: The process that was started for the target; None if the target was running.
        log: The file with the output of `started`.
        counters: The counters of the target's requests; None if unknown.
    """

    url: str
    pid: int | None = None
    started: subprocess.Popen[bytes] | None = None
    log: Path | None = None
    counters: Counters | None = None

    def ended(self) -> str | None:
        """Return how the started process ended; None if there is none or it still runs."""
        if self.started is None or self.log is None or (code := self.started.poll()) is None:
            return None
        return f"the target ended with code {code}: {last_lines(self.log)}"


def prepare(target: Target, folder: Path, pid_file: Path) -> tuple[list[str], dict[str, str]]:
    """Return the command that serves a target, and its environment variables.

    Raises:
        ServingError: If the target can't be started on this machine now.
    """
    if target.serve is None:
        raise ServingError("its entry in targets.yaml has no `serve`; give its address with --host")
    check_ports_free(target)
    values = {**target.ports, "pid_file": pid_file}
    command = arguments(target.serve.command, values, folder, target)
    return command, environment(target.serve, values)


def check_ports_free(target: Target) -> None:
    """Check that the target's ports are free.

    Raises:
        ServingError: If a port is taken, so that another server would answer.
    """
    for name, port in target.ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("", port))
            except OSError as problem:
                raise ServingError(
                    f"port {port} ({name}) can't be used: {os.strerror(problem.errno or 0)}; stop "
                    f"the program that uses it, or load that with --host (HOST= in make)"
                ) from problem


@contextmanager
def served(
    target: Target,
    folder: Path,
    log: Path,
    *,
    cores: list[int] | None,
    start_timeout_s: float,
    stop_asked: Interruption,
) -> Iterator[Server]:
    """Serve the target while the context lasts.

    Args:
        target: The target.
        folder: The working folder of its commands: the folder of targets.yaml.
        log: The file for its output, which is removed if it is empty.
        cores: The cores to pin the target to; None for all cores.
        start_timeout_s: The time limit until the target is healthy.
        stop_asked: The request to stop, which ends the wait.

    Raises:
        ServingError: If the target can't be started or isn't healthy in time.
        Interrupted: If a stop is requested before the target is healthy.
    """
    with TemporaryDirectory(prefix="celsiusify-") as scratch:
        pid_file = Path(scratch) / "pid"
        command, env = prepare(target, folder, pid_file)
        process = start(command, log, cores=cores, cwd=folder, env=env)
        try:
            _wait_until_healthy(target, process, log, start_timeout_s, stop_asked)
            pid = _serving_pid(pid_file, process.pid, cores)
            yield Server(target.url, pid, process, log, Counters(target.http_url))
        finally:
            stop(process, STOP_GRACE_S)
            if log.stat().st_size == 0:
                log.unlink()


def _wait_until_healthy(
    target: Target,
    process: subprocess.Popen[bytes],
    log: Path,
    timeout_s: float,
    stop_asked: Interruption,
) -> None:
    deadline = time.monotonic() + timeout_s
    while True:
        stop_asked.check()
        if (code := process.poll()) is not None:
            raise ServingError(f"it ended with code {code}: {last_lines(log)}")
        if answers(target.http_url + target.health):
            return
        if time.monotonic() > deadline:
            raise ServingError(
                f"{target.health} didn't answer with 200 within {timeout_s:g} s: {last_lines(log)}"
            )
        stop_asked.sleep(0.1)


def _serving_pid(pid_file: Path, started: int, cores: list[int] | None) -> int:
    """Return the serving process: the one in `pid_file`, or else the started one."""
    pid = pid_file.read_text(encoding="ascii").strip() if pid_file.exists() else ""
    if not pid or int(pid) == started:
        return started
    keep_process_on(int(pid), cores)
    return int(pid)
