"""Hand each arrival of an open load to a connection when it is due, whoever is still waiting.

Arrivals don't slow down with the server, as users do who wait for answers: what finds no free
connection waits in line, and its waiting counts. (Leaving it out is what Gil Tene called
coordinated omission: "How NOT to Measure Latency", 2013.)
"""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol

import gevent
from gevent.event import Event
from gevent.pool import Group

from celsiusify_load_tests.generator.timers import alarm
from celsiusify_load_tests.recording.clock import now_ns

_NS_PER_US = 1000


class Arrival(NamedTuple):
    """An arrival that has come, `lag_us` after it was due."""

    seq: int
    intended_ns: int
    lag_us: int


class Server(Protocol):
    """What serves arrivals one after the other: a connection."""

    def serve(self, arrival: Arrival) -> None:
        """Make the arrival's request, and return when it has ended."""

    def close(self) -> None:
        """Hang up."""


class Dispatcher:
    """The line, and the connections that serve it; more are made as they are needed.

    Args:
        due: When each arrival is due, in ns as `clock.now_ns`, and its place in the schedule.
        connect: Makes a connection, of its number from 0.
        limit: How many connections there may be.
        patience_ns: How long an arrival may stand in line.
        drop: Told of each arrival that is given up.
    """

    def __init__(
        self,
        due: Iterator[tuple[int, int]],
        connect: Callable[[int], Server],
        limit: int,
        patience_ns: int,
        drop: Callable[[Arrival], None],
    ) -> None:
        self._due = due
        self._head = next(due, None)
        self._connect = connect
        self._limit = limit
        self._patience_ns = patience_ns
        self._drop = drop
        self._line: deque[Arrival] = deque()
        self._free: list[Any] = []  # greenlets, which have no types
        self._connections = Group()
        self._hub = gevent.get_hub()
        self._alarm = alarm(self._admit)
        self._finished = Event()

    @property
    def in_flight(self) -> int:
        """Requests that are out."""
        return len(self._connections) - len(self._free)

    def run(self) -> None:
        """Dispatch until `finish`, and wait for the requests that are out then.

        Whoever kills the greenlet that runs this cuts those off.
        """
        self._set_alarm()
        try:
            self._finished.wait()
            self._connections.join()
        finally:
            self._close()
            self._alarm.close()
            self._connections.kill()

    def finish(self) -> None:
        """Let no more arrivals come, and give up those in line."""
        self._hub.loop.run_callback(self._serve_last_and_close)

    def _serve_last_and_close(self) -> None:
        self._admit()
        self._close()

    def _close(self) -> None:
        if self._finished.is_set():
            return
        self._finished.set()
        self._line.extend(self._come(now_ns()))
        while self._line:
            self._drop(self._line.popleft())
        gevent.killall(self._free, block=False)
        self._free = []

    def _admit(self) -> None:
        """Serve what is due, as the event loop's callback: it must not wait.

        What falls due meanwhile is left for the next call, so that answers are read in between.
        """
        if self._finished.is_set():
            return
        now = now_ns()
        while self._line and self._is_spent(self._line[0], now):
            self._drop(self._line.popleft())
        for arrival in self._come(now):
            self._serve_or_line_up(arrival)
        self._set_alarm()

    def _come(self, now: int) -> Iterator[Arrival]:
        """Take the arrivals that are due by now."""
        while self._head is not None and self._head[0] <= now:
            intended_ns, seq = self._head
            self._head = next(self._due, None)
            yield Arrival(seq, intended_ns, (now_ns() - intended_ns) // _NS_PER_US)

    def _set_alarm(self) -> None:
        if self._head is not None:
            self._alarm.set(self._head[0])

    def _is_spent(self, arrival: Arrival, now: int) -> bool:
        return now - arrival.intended_ns > self._patience_ns

    def _serve_or_line_up(self, arrival: Arrival) -> None:
        if self._free:
            self._free.pop().switch(arrival)  # comes back once the request is on its way
        elif len(self._connections) < self._limit:
            self._connections.spawn(self._serve, self._connect(len(self._connections)), arrival)
        else:
            self._line.append(arrival)

    def _serve(self, server: Server, first: Arrival) -> None:
        """Serve arrivals, in a greenlet of the connection's own."""
        arrival: Arrival | None = first
        try:
            while arrival is not None:
                server.serve(arrival)
                arrival = self._another()
        finally:
            server.close()

    def _another(self) -> Arrival | None:
        """The next in line, or else whoever comes next; None at the end."""
        while self._line:
            arrival = self._line.popleft()
            if not self._is_spent(arrival, now_ns()):
                return arrival
            self._drop(arrival)
        if self._finished.is_set():
            return None
        self._free.append(gevent.getcurrent())
        came: Arrival = self._hub.switch()
        return came
