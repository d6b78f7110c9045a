"""Follow a load while it runs."""

import time

from celsiusify_load_tests.generator import Job
from celsiusify_load_tests.progress import Terminal, Window, status
from celsiusify_load_tests.serving import Server
from celsiusify_load_tests.spool import Tail
from celsiusify_load_tests.timeline import read_timeline


class Follower:
    """Shows how far a load is, and knows the processes that serve it and make it.

    Args:
        job: The load.
        server: Its target.
        terminal: Where to show it.
        title: What to call it.
        later_s: About how long the run goes on after it.
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
        """Show where the load stands; returns why it should end, None if it needn't."""
        now_s, rows = time.monotonic(), self._tail.read()
        if self._first_s is None and len(rows):
            self._first_s = now_s
        self._window.add(now_s, rows)
        self._terminal.show(status(self._title, self._left_s(now_s), self._later_s, self._window))
        return self._server.ended()

    def _left_s(self, now_s: float) -> float:
        """How long the load still runs; Locust counts from its first user, not from its start."""
        elapsed_s = 0.0 if self._first_s is None else now_s - self._first_s
        return max(0.0, self._job.profile.duration_s - elapsed_s)

    def pids(self) -> dict[str, int | None]:
        """The process of each role; load-generating ones here are known once they run."""
        if self._job.team.is_here and len(self._workers) < self._job.processes:
            self._workers = read_timeline(self._job.spool).workers
        workers = {f"worker-{index}": pid for index, pid in sorted(self._workers.items())}
        return {"target": self._server.pid, **workers}
