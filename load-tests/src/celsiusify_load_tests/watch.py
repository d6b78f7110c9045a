"""Keep an eye on a load-generating process: does its event loop keep up, how many users run?"""

from collections.abc import Callable

import gevent

from celsiusify_load_tests.clock import now_ns
from celsiusify_load_tests.load import Load

_NAP_S = 0.02
_NS_PER_S = 1_000_000_000
_NS_PER_US = 1000


class Watch:
    """Writes a load's record each half second, and what goes on into its journal each second.

    The lag is how much later than asked the event loop woke a sleeper. A process that is short of
    CPU lags, and its requests' latencies then contain its own waiting. Up to 1 ms isn't that: the
    event loop rounds its timers up to the millisecond.

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
        self._lag_us: list[int] = []
        self._greenlet = gevent.spawn(self._run)

    def stop(self) -> None:
        """Write what there is, and stop watching."""
        self._greenlet.kill()
        self._load.recorder.flush()
        self._write_second()

    def _run(self) -> None:
        half_second = 0
        while (problem := self._load.problem) is None:
            before_ns = now_ns()
            gevent.sleep(_NAP_S)
            after_ns = now_ns()
            late_ns = after_ns - before_ns - int(_NAP_S * _NS_PER_S)
            self._lag_us.append(max(0, late_ns) // _NS_PER_US)
            if (now := after_ns * 2 // _NS_PER_S) != half_second:
                half_second = now
                self._load.recorder.flush()
                if now % 2 == 0:
                    self._write_second()
        self._on_problem(problem)

    def _write_second(self) -> None:
        load, lag_us = self._load, self._lag_us
        self._lag_us = []
        load.journal.write(
            "second",
            users=self._users(),
            started=load.recorder.started,
            recorded=load.recorder.recorded,
            opened=load.counts.opened,
            resent=load.counts.resent,
            lag_us=lag_us,
        )
