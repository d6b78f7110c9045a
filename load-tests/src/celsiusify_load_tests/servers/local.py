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
    """Fill in a command of targets.yaml and split it; its program is found from `folder`.

    Raises:
        ServingError: If the program isn't installed.
    """
    program, *rest = shlex.split(Template(command).safe_substitute(values))
    found = shutil.which(folder / program if "/" in program else program)
    if found is None:
        made_by = f"tox run -e {target.environment} --notest`, or all by `make setup"
        way_out = f"; it is made by `{made_by}`" if target.environment else ""
        raise ServingError(f"{program} is not installed{way_out}")
    return [found, *rest]


def environment(serve: Serve, values: Mapping[str, object]) -> dict[str, str]:
    """What a target's `serve` adds to the environment, filled in."""
    return {name: Template(text).safe_substitute(values) for name, text in serve.env.items()}


def describe(target: Target, folder: Path) -> dict[str, Any] | None:
    """Ask the target what would serve, and why: what its `describe` prints as JSON.

    It is asked in the environment that it is served in.

    Raises:
        ServingError: If the command fails or prints something else.
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
        described: dict[str, Any] = orjson.loads(finished.stdout)
    except subprocess.CalledProcessError as problem:
        said = " | ".join(problem.stderr.decode(errors="replace").strip().splitlines()[-3:])
        raise ServingError(f"`{target.describe}` failed: {said}") from problem
    except subprocess.TimeoutExpired as problem:
        raise ServingError(f"`{target.describe}` took over {DESCRIBE_TIMEOUT_S:.0f} s") from problem
    except orjson.JSONDecodeError as problem:
        raise ServingError(f"`{target.describe}` printed no JSON") from problem
    return described


STOP_GRACE_S = 20.0


@dataclass(frozen=True)
class Server:
    """A target that takes requests.

    Attributes:
        url: Where requests go.
        pid: The process that serves; None where it runs elsewhere.
        started: The process that was started for it, if one was; it prints to the file `log`.
        counters: Where its requests are counted; None where that isn't known.
    """

    url: str
    pid: int | None = None
    started: subprocess.Popen[bytes] | None = None
    log: Path | None = None
    counters: Counters | None = None

    def ended(self) -> str | None:
        """How it ended, if it was started here and has ended."""
        if self.started is None or self.log is None or (code := self.started.poll()) is None:
            return None
        return f"the target ended with code {code}: {last_lines(self.log)}"


def prepare(target: Target, folder: Path, pid_file: Path) -> tuple[list[str], dict[str, str]]:
    """The command that serves a target, and what it adds to the environment.

    Raises:
        ServingError: If it can't be started here and now.
    """
    if target.serve is None:
        raise ServingError("targets.yaml doesn't say how to serve it; point at it with --host")
    check_ports_free(target)
    values = {**target.ports, "pid_file": pid_file}
    command = arguments(target.serve.command, values, folder, target)
    return command, environment(target.serve, values)


def check_ports_free(target: Target) -> None:
    """Make sure that nothing listens yet where the target will.

    Raises:
        ServingError: If a port is taken, so that something else would answer.
    """
    for name, port in target.ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("", port))
            except OSError as problem:
                raise ServingError(
                    f"port {port} ({name}) can't be used: {os.strerror(problem.errno or 0)}; "
                    f"stop what uses it, or load that with --host (HOST= in make)"
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
        target: What to serve.
        folder: Where its commands run: the folder of targets.yaml.
        log: The file for what it prints; removed if that was nothing.
        cores: The cores to keep it on; None for all.
        start_timeout_s: How long it may take until it is healthy.
        stop_asked: Ends the wait.

    Raises:
        ServingError: If it can't be started or isn't ready in time.
        Interrupted: If a stop is asked for before it is ready.
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
                f"it did not answer {target.health} with 200 within {timeout_s:g} s: "
                f"{last_lines(log)}"
            )
        stop_asked.sleep(0.1)


def _serving_pid(pid_file: Path, started: int, cores: list[int] | None) -> int:
    """The process that really serves: the one started, or another that it names in `pid_file`."""
    named = pid_file.read_text(encoding="ascii").strip() if pid_file.exists() else ""
    if not named or int(named) == started:
        return started
    keep_process_on(int(named), cores)
    return int(named)
