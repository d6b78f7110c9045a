"""Measure how late the event loop of a generator process runs, and count its users."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import gevent

from celsiusify_load_tests.generator.timers import alarm, sleep_until
from celsiusify_load_tests.recording.clock import now_ns
from celsiusify_load_tests.recording.events import USERS_STOPPED

if TYPE_CHECKING:  # to import Locust patches threads and sockets
    from celsiusify_load_tests.generator.context import Load

_TICK_NS = 20_000_000
_NS_PER_US = 1000


class Lag:
    """An alarm each 20 ms, and how long after its time it was heard.

    A process that is short of CPU, or busy with something else, hears it late, and its requests'
    latencies then contain its own waiting. The alarm itself is exact to some microseconds where
    the system has such timers: see `alarm`.
    """

    def __init__(self) -> None:
        self._us: list[int] = []
        self._due_ns = 0
        self._alarm = alarm(self._ring)
        self._set()

    def take(self) -> list[int]:
        """Return the samples since the last call, in µs."""
        taken, self._us = self._us, []
        return taken

    def close(self) -> None:
        """Take no more samples."""
        self._alarm.close()

    def _set(self) -> None:
        self._due_ns = now_ns() + _TICK_NS
        self._alarm.set(self._due_ns)

    def _ring(self) -> None:
        self._us.append(max(0, now_ns() - self._due_ns) // _NS_PER_US)
        self._set()


_HALF_NS = 500_000_000


class Monitor:
    """Writes a load's record each half second, and what goes on into its journal each second.

    Args:
        load: What to watch.
        users: Tells how many users are running.
        on_problem: Called once when requests can't be recorded any more, with the reason.
    """

    def __init__(
        self, load: "Load", users: Callable[[], int], on_problem: Callable[[str], None]
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
