"""Warm-up and measurement on time, both counted from when all users are running."""

from collections.abc import Callable

import gevent
from locust.runners import Runner

from celsiusify_load_tests.clock import now_ns
from celsiusify_load_tests.journal import Journal

_NS_PER_S = 1_000_000_000


class Stopwatch:
    """Notes when the steady part of a run begins, and ends the run when it is over.

    Locust's own `--run-time` counts from the first user's start, so that a slow ramp-up would take
    its time from the measurement.

    Args:
        runner: Is told to quit.
        begin: Lets the load begin, now or soon; returns when, in ns as `clock.now_ns`.
        journal: Where `spawning_complete`, `steady` and `test_stopping` are noted.
        warm_up_s: From when all users run until the steady part.
        measure_s: How long that is; 0 leaves the end to Locust.
    """

    def __init__(
        self,
        runner: Runner,
        begin: Callable[[], int],
        journal: Journal,
        warm_up_s: float,
        measure_s: float,
    ) -> None:
        self._runner = runner
        self._begin = begin
        self._journal = journal
        self._warm_up_s = warm_up_s
        self._measure_s = measure_s
        self._greenlet: gevent.Greenlet | None = None

    def start(self, users: int) -> None:
        """All users run now."""
        self._journal.write("spawning_complete", users=users)
        if self._greenlet is None:
            self._greenlet = gevent.spawn(self._run)

    def stop(self) -> None:
        """The users are told to stop."""
        self._journal.write("test_stopping")
        if self._greenlet is not None and self._greenlet is not gevent.getcurrent():
            self._greenlet.kill()

    def _run(self) -> None:
        steady_ns = self._begin() + round(self._warm_up_s * _NS_PER_S)
        sleep_until(steady_ns)
        self._journal.write("steady", time_ns=steady_ns)
        if self._measure_s:
            sleep_until(steady_ns + round(self._measure_s * _NS_PER_S))
            self._runner.quit()


def sleep_until(time_ns: int) -> None:
    """Sleep, and never too short: the event loop's timers may count from a while ago."""
    while (left_ns := time_ns - now_ns()) > 0:
        gevent.sleep(left_ns / _NS_PER_S)
