"""Hand each arrival of an open load to a connection when the arrival is due.

Arrivals don't slow down with the server, as users do who wait for answers. An arrival without a
free connection waits in a queue, and the wait is part of its latency. (Gil Tene called the omission
of such waits coordinated omission: "How NOT to Measure Latency", 2013.)
"""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol

import gevent
from gevent.event import Event
from gevent.pool import Group

from celsiusify_load_tests.generator.timers import make_timer
from celsiusify_load_tests.recording.clock import now_ns

_NS_PER_US = 1000


class Arrival(NamedTuple):
    """An arrival that is due; the dispatcher noticed it `lag_us` after its intended time."""

    seq: int
    intended_ns: int
    lag_us: int


class Server(Protocol):
    """A connection that serves one arrival at a time."""

    def serve(self, arrival: Arrival) -> None:
        """Send the arrival's request and wait for its end."""

    def close(self) -> None:
        """Close the connection."""


class Dispatcher:
    """The queue of arrivals and the connections that serve it, opened on demand.

    Args:
        due: The intended time of each arrival, in ns as `clock.now_ns`, and its number in the
            schedule.
        connect: The factory of connections, from a number that counts from 0.
        limit: The largest number of connections.
        queue_timeout_ns: The longest wait of an arrival in the queue.
        drop: A function called with each dropped arrival.
    """

    def __init__(
        self,
        due: Iterator[tuple[int, int]],
        connect: Callable[[int], Server],
        limit: int,
        queue_timeout_ns: int,
        drop: Callable[[Arrival], None],
    ) -> None:
        self._due = due
        self._head = next(due, None)
        self._connect = connect
        self._limit = limit
        self._queue_timeout_ns = queue_timeout_ns
        self._drop = drop
        self._queue: deque[Arrival] = deque()
        self._free: list[Any] = []  # greenlets, which have no types
        self._connections = Group()
        self._hub = gevent.get_hub()
        self._timer = make_timer(self._admit)
        self._finished = Event()

    @property
    def in_flight(self) -> int:
        """The number of requests in flight."""
        return len(self._connections) - len(self._free)

    def run(self) -> None:
        """Dispatch until `finish`, then wait for the requests in flight.

        Killing the greenlet of this method aborts those requests.
        """
        self._set_timer()
        try:
            self._finished.wait()
            self._connections.join()
        finally:
            self._close()
            self._timer.close()
            self._connections.kill()

    def finish(self) -> None:
        """Stop accepting arrivals and drop those in the queue."""
        self._hub.loop.run_callback(self._serve_last_and_close)

    def _serve_last_and_close(self) -> None:
        self._admit()
        self._close()

    def _close(self) -> None:
        if self._finished.is_set():
            return
        self._finished.set()
        self._queue.extend(self._due_by(now_ns()))
        while self._queue:
            self._drop(self._queue.popleft())
        gevent.killall(self._free, block=False)
        self._free = []

    def _admit(self) -> None:
        """Serve the due arrivals, as a callback of the event loop, which must not wait.

        Arrivals that become due meanwhile are left to the next call, so that answers are read in
        between.
        """
        if self._finished.is_set():
            return
        now = now_ns()
        while self._queue and self._is_expired(self._queue[0], now):
            self._drop(self._queue.popleft())
        for arrival in self._due_by(now):
            self._serve_or_queue(arrival)
        self._set_timer()

    def _due_by(self, now: int) -> Iterator[Arrival]:
        """Yield the arrivals that are due by a time, and remove them from the schedule."""
        while self._head is not None and self._head[0] <= now:
            intended_ns, seq = self._head
            self._head = next(self._due, None)
            yield Arrival(seq, intended_ns, (now_ns() - intended_ns) // _NS_PER_US)

    def _set_timer(self) -> None:
        if self._head is not None:
            self._timer.set(self._head[0])

    def _is_expired(self, arrival: Arrival, now: int) -> bool:
        return now - arrival.intended_ns > self._queue_timeout_ns

    def _serve_or_queue(self, arrival: Arrival) -> None:
        if self._free:
            self._free.pop().switch(arrival)  # returns once the request is sent
        elif len(self._connections) < self._limit:
            self._connections.spawn(self._serve, self._connect(len(self._connections)), arrival)
        else:
            self._queue.append(arrival)

    def _serve(self, server: Server, first: Arrival) -> None:
        """Serve arrivals in the connection's greenlet."""
        arrival: Arrival | None = first
        try:
            while arrival is not None:
                server.serve(arrival)
                arrival = self._next_arrival()
        finally:
            server.close()

    def _next_arrival(self) -> Arrival | None:
        """Return the next arrival of the queue, or wait for one; None at the end."""
        while self._queue:
            arrival = self._queue.popleft()
            if not self._is_expired(arrival, now_ns()):
                return arrival
            self._drop(arrival)
        if self._finished.is_set():
            return None
        self._free.append(gevent.getcurrent())
        passed: Arrival = self._hub.switch()
        return passed
