"""Monitor a generator process: its event-loop lag, its users and its recording."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import gevent

from celsiusify_load_tests.generator.timers import make_timer, sleep_until
from celsiusify_load_tests.recording.clock import now_ns
from celsiusify_load_tests.recording.events import USERS_STOPPED

if TYPE_CHECKING:  # importing Locust patches threads and sockets
    from celsiusify_load_tests.generator.context import Load

_TICK_NS = 20_000_000
_NS_PER_US = 1000


class LoopLag:
    """The event-loop lag: the delay of a timer that expires every 20 ms.

    A busy process, or one without enough CPU, runs the timer late. Then the latencies of its
    requests contain its own delay. The timer itself is exact to some microseconds if the system has
    such timers: see `make_timer`.
    """

    def __init__(self) -> None:
        self._us: list[int] = []
        self._due_ns = 0
        self._timer = make_timer(self._on_time)
        self._set()

    def take(self) -> list[int]:
        """Return the samples since the last call, in µs."""
        taken, self._us = self._us, []
        return taken

    def close(self) -> None:
        """Stop sampling."""
        self._timer.close()

    def _set(self) -> None:
        self._due_ns = now_ns() + _TICK_NS
        self._timer.set(self._due_ns)

    def _on_time(self) -> None:
        self._us.append(max(0, now_ns() - self._due_ns) // _NS_PER_US)
        self._set()


_HALF_NS = 500_000_000


class Monitor:
    """A greenlet that flushes a load's rows each half second and its journal each second.

    Args:
        load: The monitored load.
        users: A function that returns the number of running users.
        on_problem: A function called once if requests can't be recorded, with the reason.
    """

    def __init__(
        self, load: "Load", users: Callable[[], int], on_problem: Callable[[str], None]
    ) -> None:
        self._load = load
        self._users = users
        self._on_problem = on_problem
        self._lag = LoopLag()
        self._greenlet = gevent.spawn(self._run)

    def stop(self) -> None:
        """Flush the record and stop monitoring."""
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
