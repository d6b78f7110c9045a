"""Start a process in its own session, and end the whole session."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from celsiusify_load_tests.host.cpu_affinity import kept_on


def start(
    command: Sequence[str],
    log: Path,
    *,
    cores: list[int] | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start `command` on `cores` and append its output to the file `log`.

    In its own session the process gets no Ctrl-C of the terminal, and its children are known by
    the session.
    """
    with kept_on(cores), log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            start_new_session=True,
            pass_fds=pass_fds,
        )


def stop(process: subprocess.Popen[bytes], grace_s: float) -> None:
    """Stop a process of `start` by SIGTERM, and after `grace_s` seconds by SIGKILL.

    The remaining processes of its session are killed as well.
    """
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(grace_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    kill_session(process.pid)


def kill_session(leader: int) -> None:
    """Kill the processes of a session and wait for their end."""
    members = [process for process in psutil.process_iter() if _session(process.pid) == leader]
    for member in members:
        try:
            member.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(members, timeout=5)


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None


def runs(pid: int) -> bool:
    """Return True if a process is running; a zombie isn't."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def listening(port: int) -> int | None:
    """Return the first process that listens on a local TCP port, None if unknown."""
    with suppress(psutil.Error):
        pids = {
            connection.pid
            for connection in psutil.net_connections("tcp")
            if connection.pid
            and connection.status == psutil.CONN_LISTEN
            and connection.laddr[1:] == (port,)
        }
        return next((pid for pid in sorted(pids) if psutil.Process(pid).ppid() not in pids), None)
    return None


def last_lines(log: Path, count: int = 5) -> str:
    """Return the last nonblank lines of a log, joined to one line."""
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " | ".join(lines[-count:]) or "it printed nothing"
