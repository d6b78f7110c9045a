"""Follow a load while it runs."""

import time

from celsiusify_load_tests import steps
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
        # Locust counts from its first user, not from its start.
        elapsed_s = 0.0 if self._first_s is None else now_s - self._first_s
        left_s = max(0.0, self._job.profile.duration_s - elapsed_s)
        self._terminal.show(status(self._where(elapsed_s), left_s, self._later_s, self._window))
        return self._server.ended()

    def _where(self, elapsed_s: float) -> str:
        """What is loaded, and at which of several rates."""
        profile, rate_rps = self._job.profile, self._job.load.rate_rps
        if not profile.steps or rate_rps is None:
            return self._title
        number = steps.at(profile.steps, elapsed_s - profile.warm_up_s)
        now_rps = profile.steps[number].share * rate_rps
        place = f"step {number + 1} of {len(profile.steps)}"
        return f"{self._title}, {place}, {now_rps:,g}/s due"

    def pids(self) -> dict[str, int | None]:
        """The process of each role; load-generating ones here are known once they run."""
        if self._job.team.is_here and len(self._workers) < self._job.processes:
            self._workers = read_timeline(self._job.spool).workers
        workers = {f"worker-{index}": pid for index, pid in sorted(self._workers.items())}
        return {"target": self._server.pid, **workers}
