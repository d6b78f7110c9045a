"""Keep an eye on a load-generating process: does its event loop keep up, how many users run?"""

from collections.abc import Callable

import gevent

from celsiusify_load_tests.clock import now_ns
from celsiusify_load_tests.journal import USERS_STOPPED
from celsiusify_load_tests.lag import Lag
from celsiusify_load_tests.load import Load
from celsiusify_load_tests.stopwatch import sleep_until

_HALF_NS = 500_000_000


class Watch:
    """Writes a load's record each half second, and what goes on into its journal each second.

    Args:
        load: What to watch.
        users: Tells how many users are running.
        on_problem: Called once when requests can't be recorded any more, with the reason.
    """

    def __init__(
        self, load: Load, users: Callable[[], int], on_problem: Callable[[str], None]
    ) -> None:
        self._load = load
        self._users = users
        self._on_problem = on_problem
        self._lag = Lag()
        self._greenlet = gevent.spawn(self._run)

    def stop(self) -> None:
        """Write what there is, and stop watching."""
        self._greenlet.kill()
        self._load.recorder.flush()
        self._write_second()
        self._load.journal.write(USERS_STOPPED)
        self._lag.close()

    def _run(self) -> None:
        while (problem := self._load.problem) is None:
            half = now_ns() // _HALF_NS + 1
            sleep_until(half * _HALF_NS)
            self._load.recorder.flush()
            if half % 2 == 0:
                self._write_second()
        self._on_problem(problem)

    def _write_second(self) -> None:
        load = self._load
        load.journal.write(
            "second",
            users=self._users(),
            started=load.recorder.started,
            recorded=load.recorder.recorded,
            opened=load.counts.opened,
            resent=load.counts.resent,
            lag_us=self._lag.take(),
        )
