"""Run and watch Locust's worker processes on one machine."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

from celsiusify_load_tests.distributed.clock_sync import Offset
from celsiusify_load_tests.distributed.protocol import SILENCE_TIMEOUT_S, RunConfig
from celsiusify_load_tests.host.processes import kill_session, last_lines, start, stop
from celsiusify_load_tests.host.signals import Interruption
from celsiusify_load_tests.recording.clock import OFFSET_NS
from celsiusify_load_tests.recording.events import RESTING, read_journal
from celsiusify_load_tests.recording.paths import journal_file
from celsiusify_load_tests.run.locust_process import LOCUSTFILE

STEP_S = 0.05
GRACE_S = 3.0
"""The time for a process to end after Locust's master told it to quit.

After SIGTERM, a process gets this time in addition to the time for its last requests.
"""


@dataclass(frozen=True)
class JobPaths:
    """The files and the master of a worker's processes.

    Attributes:
        recording_dir: The recording folder.
        targets_file: The leader's targets.yaml.
        log: The file for the processes' output.
        master: The host of Locust's master.
    """

    recording_dir: Path
    targets_file: Path
    log: Path
    master: str


def numbers(run_config: RunConfig) -> range:
    """Return the numbers of a worker's processes among those of all workers."""
    first = run_config.worker * run_config.processes
    return range(first, first + run_config.processes)


def command(run_config: RunConfig, paths: JobPaths, number: int) -> list[str]:
    """Return Locust's command line; the load itself comes from Locust's master."""
    return [
        *(sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--worker"),
        f"--master-host={paths.master}",
        f"--master-port={run_config.locust_port}",
        f"--spool-dir={paths.recording_dir}",
        f"--targets-file={paths.targets_file}",
        f"--process-number={number}",
        "--exit-code-on-error=0",
    ]


class LocustProcesses:
    """The load-generating processes of this machine, by their numbers."""

    def __init__(self, paths: JobPaths, stop_timeout_s: float) -> None:
        self._paths = paths
        self._stop_timeout_s = stop_timeout_s
        self._processes: dict[int, Popen[bytes]] = {}
        self._silence: dict[int, _Silence] = {}

    def start(self, number: int, command: list[str], offset: Offset) -> None:
        """Start the process with a number."""
        env = {OFFSET_NS: str(offset.ns)}
        self._processes[number] = start(command, self._paths.log, env=env)
        self._silence[number] = _Silence(journal_file(self._paths.recording_dir, number))

    @property
    def ended(self) -> bool:
        """True if all processes have ended."""
        return all(process.poll() is not None for process in self._processes.values())

    def pids(self) -> dict[str, int | None]:
        """Return the process id of each role that has begun to record."""
        return {
            f"worker-{number}": process.pid
            for number, process in self._processes.items()
            if journal_file(self._paths.recording_dir, number).exists()
        }

    def problem(self) -> str | None:
        """Return which process failed or stopped recording, None if all are working."""
        for number, process in self._processes.items():
            if code := process.poll():
                return (
                    f"load process {number} ended with code {code}: {last_lines(self._paths.log)}"
                )
            if code is None and self._silence[number].is_too_long():
                return f"load process {number} recorded nothing for {SILENCE_TIMEOUT_S:g} s"
        return None

    def wait(self, seconds: float, stop_asked: Interruption) -> None:
        """Wait until the processes end, a stop is requested, or the time is over."""
        deadline = time.monotonic() + seconds
        while not self.ended and not stop_asked and time.monotonic() < deadline:
            time.sleep(STEP_S)

    def end(self) -> None:
        """Wait for the processes to end; terminate, then kill those that don't."""
        deadline = time.monotonic() + GRACE_S
        while not self.ended and self.problem() is None and time.monotonic() < deadline:
            time.sleep(STEP_S)
        for number, process in self._processes.items():
            if self._silence[number].is_too_long():
                kill_session(process.pid)
            stop(process, self._stop_timeout_s + GRACE_S)


@contextmanager
def running_locust(
    run_config: RunConfig, paths: JobPaths, offset: Offset
) -> Iterator[LocustProcesses]:
    """Run Locust's workers while the context lasts, and end them after it.

    Args:
        run_config: The worker's settings.
        paths: The worker's files.
        offset: The offset of this machine's clock from the leader's.
    """
    paths.recording_dir.mkdir()
    running = LocustProcesses(paths, run_config.stop_timeout_s)
    try:
        for number in numbers(run_config):
            running.start(number, command(run_config, paths, number), offset)
        yield running
    finally:
        running.end()


class _Silence:
    """The check of a process that should be writing its journal."""

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        self._size = 0
        self._since_s = time.monotonic()

    def is_too_long(self) -> bool:
        """Return True if nothing was written for `SILENCE_TIMEOUT_S`."""
        size = self._journal.stat().st_size if self._journal.exists() else 0
        if size != self._size or not size:
            self._size, self._since_s = size, time.monotonic()
        return time.monotonic() - self._since_s > SILENCE_TIMEOUT_S and not self._is_resting()

    def _is_resting(self) -> bool:
        return any(event["event"] in RESTING for event in read_journal(self._journal))
