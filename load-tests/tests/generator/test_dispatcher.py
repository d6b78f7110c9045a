"""Test the dispatcher with fake connections, in simulated loads of some milliseconds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import gevent
import pytest
from gevent.event import Event

from celsiusify_load_tests.generator.dispatcher import Arrival, Dispatcher
from celsiusify_load_tests.recording.clock import now_ns

NS_PER_MS = 1_000_000
TIMEOUT_S = 10


@dataclass
class Target:
    """A server that answers when the test permits, and records its requests."""

    open: Event = field(default_factory=Event)
    started: list[tuple[int, Arrival, int]] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    aborted: list[int] = field(default_factory=list)
    dropped: list[Arrival] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)

    def connect(self, number: int) -> "Connection":
        """Return a connection to this target."""
        return Connection(self, number)


@dataclass
class Connection:
    """A connection to the target."""

    target: Target
    number: int

    def serve(self, arrival: Arrival) -> None:
        """Wait until the target answers."""
        self.target.started.append((self.number, arrival, now_ns()))
        try:
            self.target.open.wait()
        except gevent.GreenletExit:
            self.target.aborted.append(arrival.seq)
            raise
        self.target.ended.append(arrival.seq)

    def close(self) -> None:
        """Note that the connection is closed."""
        self.target.closed.append(self.number)


def evenly(count: int, gap_ms: float = 1) -> Iterator[tuple[int, int]]:
    """Return arrivals with even gaps, from 5 ms after now."""
    begin_ns = now_ns() + 5 * NS_PER_MS
    return ((begin_ns + int(seq * gap_ms * NS_PER_MS), seq) for seq in range(count))


def one_by_one(count: int) -> Iterator[tuple[int, int]]:
    """Return arrivals that are each due 0.1 ms after the previous one was taken."""
    return ((now_ns() + NS_PER_MS // 10, seq) for seq in range(count))


def make_dispatcher(
    target: Target,
    due: Iterator[tuple[int, int]],
    *,
    limit: int = 1000,
    queue_timeout_ms: int = 10_000,
) -> Dispatcher:
    """Return a dispatcher of arrivals to a target."""
    return Dispatcher(
        due, target.connect, limit, queue_timeout_ms * NS_PER_MS, target.dropped.append
    )


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until a condition is true."""
    with gevent.Timeout(TIMEOUT_S):
        while not condition():
            gevent.sleep(0.001)


def test_arrivals_wait_for_no_answer() -> None:
    """Without any answer, each arrival starts in order, never early, on a new connection."""
    target = Target()
    dispatcher = make_dispatcher(target, evenly(20))
    running = gevent.spawn(dispatcher.run)
    wait_for(lambda: len(target.started) == 20)
    in_flight = dispatcher.in_flight
    target.open.set()
    dispatcher.finish()
    running.join(TIMEOUT_S)

    assert in_flight == 20
    assert [number for number, _, _ in target.started] == list(range(20))
    for seq, (_, arrival, start_ns) in enumerate(target.started):
        assert arrival.seq == seq
        assert start_ns >= arrival.intended_ns
        assert 0 <= arrival.lag_us <= (start_ns - arrival.intended_ns) / 1000
    assert target.ended == list(range(20))
    assert sorted(target.closed) == list(range(20))
    assert target.dropped == []


def test_free_connections_are_used_again() -> None:
    """A target that answers at once needs one connection for any number of arrivals."""
    target = Target()
    target.open.set()
    dispatcher = make_dispatcher(target, one_by_one(50))
    running = gevent.spawn(dispatcher.run)
    wait_for(lambda: len(target.ended) == 50)
    assert dispatcher.in_flight == 0
    dispatcher.finish()
    running.join(TIMEOUT_S)

    assert {number for number, _, _ in target.started} == {0}
    assert target.closed == [0]


def test_arrivals_beyond_the_limit_wait_in_the_queue() -> None:
    """Queued arrivals start in order on free connections; their wait isn't the generator's lag."""
    target = Target()
    dispatcher = make_dispatcher(target, evenly(12), limit=3)
    running = gevent.spawn(dispatcher.run)
    gevent.sleep(0.05)
    assert len(target.started) == 3
    released_ns = now_ns()
    target.open.set()
    wait_for(lambda: len(target.ended) == 12)
    dispatcher.finish()
    running.join(TIMEOUT_S)

    assert target.ended == list(range(12))
    assert {number for number, _, _ in target.started} == {0, 1, 2}
    for _, arrival, start_ns in target.started[3:]:
        assert start_ns >= released_ns
        assert arrival.intended_ns + 1000 * arrival.lag_us < released_ns


def test_an_arrival_that_waits_too_long_is_dropped() -> None:
    """An arrival without a connection within the time limit is reported and never starts."""
    target = Target()
    dispatcher = make_dispatcher(target, evenly(30, gap_ms=2), limit=1, queue_timeout_ms=10)
    running = gevent.spawn(dispatcher.run)
    wait_for(lambda: len(target.dropped) > 10)
    target.open.set()
    gevent.sleep(0.05)
    dispatcher.finish()
    running.join(TIMEOUT_S)

    seqs = [arrival.seq for arrival in target.dropped]
    assert seqs == list(range(1, 1 + len(seqs)))
    assert sorted(target.ended + seqs) == list(range(30))


def test_the_end_waits_for_requests_in_flight_and_drops_the_queue() -> None:
    """At the end each due arrival was started or dropped, and no later arrival was."""
    target = Target()
    begin_ns = now_ns() + 5 * NS_PER_MS
    due = iter([(begin_ns + n, n) for n in range(5)] + [(begin_ns + 10**12, 5)])
    dispatcher = make_dispatcher(target, due, limit=2)
    running = gevent.spawn(dispatcher.run)
    wait_for(lambda: len(target.started) == 2)
    dispatcher.finish()
    gevent.sleep(0.01)
    assert not running.ready()
    target.open.set()
    running.join(TIMEOUT_S)

    assert running.ready()
    assert target.ended == [0, 1]
    assert [arrival.seq for arrival in target.dropped] == [2, 3, 4]
    assert sorted(target.closed) == [0, 1]


def test_a_killed_load_is_aborted() -> None:
    """Requests in flight are interrupted, queued arrivals dropped, and all connections closed."""
    target = Target()
    dispatcher = make_dispatcher(target, evenly(5, gap_ms=0), limit=2)
    running = gevent.spawn(dispatcher.run)
    wait_for(lambda: len(target.started) == 2)
    running.kill(timeout=TIMEOUT_S)

    assert sorted(target.aborted) == [0, 1]
    assert [arrival.seq for arrival in target.dropped] == [2, 3, 4]
    assert sorted(target.closed) == [0, 1]


@pytest.mark.parametrize("count", [0, 3])
def test_a_load_may_end_before_it_begins(count: int) -> None:
    """Without arrivals, or before the first, there is nothing to wait for."""
    target = Target()
    dispatcher = make_dispatcher(target, ((now_ns() + 10**12, seq) for seq in range(count)))
    running = gevent.spawn(dispatcher.run)
    dispatcher.finish()
    running.join(TIMEOUT_S)

    assert running.ready()
    assert target == Target(open=target.open)
