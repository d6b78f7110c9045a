"""Monitor a load while it runs, and check its record afterwards."""

import time
from collections.abc import Mapping, Sequence

import numpy as np

from celsiusify_load_tests.recording.events import Timeline, read_timeline
from celsiusify_load_tests.recording.reader import Tail
from celsiusify_load_tests.run.console import Terminal, Window, status
from celsiusify_load_tests.run.locust_process import Job
from celsiusify_load_tests.run.result import nearest_rank
from celsiusify_load_tests.servers.local import Server


class LoadMonitor:
    """The progress of a load, and the processes that serve and make it.

    Args:
        job: The load.
        server: The target.
        terminal: The user's terminal.
        title: The name of the load.
        later_s: About how long the run continues after the load.
    """

    def __init__(
        self, job: Job, server: Server, terminal: Terminal, title: str, later_s: float
    ) -> None:
        self._job = job
        self._title = title
        self._later_s = later_s
        self._server = server
        self._terminal = terminal
        self._tail = Tail(job.spool)
        self._window = Window()
        self._workers: dict[int, int] = {}
        self._first_s: float | None = None

    def look(self) -> str | None:
        """Show the progress; return why the load must end, None if it needn't."""
        now_s, rows = time.monotonic(), self._tail.read()
        if self._first_s is None and len(rows):
            self._first_s = now_s
        self._window.add(now_s, rows)
        # Locust counts from its first user, not from its start.
        elapsed_s = 0.0 if self._first_s is None else now_s - self._first_s
        left_s = max(0.0, self._job.load.duration_s - elapsed_s)
        self._terminal.show(status(self._where(elapsed_s), left_s, self._later_s, self._window))
        return self._server.ended()

    def _where(self, elapsed_s: float) -> str:
        """Return the load's name, with the current step if the load has steps."""
        load, number = self._job.load, self._job.load.step_at(elapsed_s)
        if number is None or load.steps is None or load.rate_rps is None:
            return self._title
        now_rps = load.steps[number].fraction * load.rate_rps
        return f"{self._title}, step {number + 1} of {len(load.steps)}, {now_rps:,g}/s due"

    def pids(self) -> dict[str, int | None]:
        """Return the process of each role; local load processes are known once they run."""
        if self._job.backend.is_here and len(self._workers) < self._job.processes:
            self._workers = read_timeline(self._job.spool).workers
        workers = {f"worker-{index}": pid for index, pid in sorted(self._workers.items())}
        return {"target": self._server.pid, **workers}


_NS_PER_S = 1e9
_EARLY_S = 0.1  # by its own clock it never ends before its time


def quantiles(lag_us: Mapping[int, Sequence[int]]) -> dict[str, int] | None:
    """Summarise the event-loop lag of all workers.

    Args:
        lag_us: Each worker's samples, in µs.

    Returns:
        Median, 99th percentile by nearest rank, and maximum of all samples; None without samples.
    """
    samples = np.concatenate([np.empty(0), *lag_us.values()])
    if not samples.size:
        return None
    p50, p99 = nearest_rank(samples, 50, 99)
    return {"p50": int(p50), "p99": int(p99), "max": int(samples.max())}


def faults(timeline: Timeline, expected: int) -> list[str]:
    """Return what is missing from a record: processes that never ran, rows that were lost."""
    missing = expected - len(timeline.workers)
    absent = [f"{missing} of {expected} load processes never ran"] if missing else []
    return absent + timeline.problems


def cut_short(timeline: Timeline, run_time_s: float) -> list[str]:
    """Return the message about a load that ended early; nothing if it had no measurement window."""
    if timeline.steady_from_ns is None or timeline.steady_until_ns is None:
        return []
    lasted_s = (timeline.steady_until_ns - timeline.steady_from_ns) / _NS_PER_S
    early = lasted_s < run_time_s - _EARLY_S
    return [f"the load ended after {max(lasted_s, 0):.1f} of {run_time_s:g} s"] if early else []
