"""The dispatcher against connections of the tests' own, in simulated loads of some milliseconds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import gevent
import pytest
from gevent.event import Event

from celsiusify_load_tests.generator.dispatcher import Arrival, Dispatcher
from celsiusify_load_tests.recording.clock import now_ns

NS_PER_MS = 1_000_000
PATIENCE_S = 10


@dataclass
class Target:
    """A server whose answers come when the test lets them; it remembers who was asked what."""

    open: Event = field(default_factory=Event)
    started: list[tuple[int, Arrival, int]] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    cut_off: list[int] = field(default_factory=list)
    dropped: list[Arrival] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)

    def connect(self, number: int) -> "Connection":
        """A connection."""
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
            self.target.cut_off.append(arrival.seq)
            raise
        self.target.ended.append(arrival.seq)

    def close(self) -> None:
        """Hang up."""
        self.target.closed.append(self.number)


def evenly(count: int, gap_ms: float = 1) -> Iterator[tuple[int, int]]:
    """Arrivals from now on."""
    begin_ns = now_ns() + 5 * NS_PER_MS
    return ((begin_ns + int(seq * gap_ms * NS_PER_MS), seq) for seq in range(count))


def one_by_one(count: int) -> Iterator[tuple[int, int]]:
    """Arrivals, each due a moment after the one before was taken, however late that was."""
    return ((now_ns() + NS_PER_MS // 10, seq) for seq in range(count))


def dispatcher(
    target: Target, due: Iterator[tuple[int, int]], *, limit: int = 1000, patience_ms: int = 10_000
) -> Dispatcher:
    """A dispatcher of these arrivals."""
    return Dispatcher(due, target.connect, limit, patience_ms * NS_PER_MS, target.dropped.append)


def wait_for(happened: Callable[[], bool]) -> None:
    """Wait until something has happened."""
    with gevent.Timeout(PATIENCE_S):
        while not happened():
            gevent.sleep(0.001)


def test_arrivals_wait_for_no_answer() -> None:
    """Though nothing is answered, each begins in its turn, never early, on a new connection."""
    target = Target()
    made = dispatcher(target, evenly(20))
    running = gevent.spawn(made.run)
    wait_for(lambda: len(target.started) == 20)
    in_flight = made.in_flight
    target.open.set()
    made.finish()
    running.join(PATIENCE_S)

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
    """A target that answers at once needs one connection, however many arrivals come."""
    target = Target()
    target.open.set()
    made = dispatcher(target, one_by_one(50))
    running = gevent.spawn(made.run)
    wait_for(lambda: len(target.ended) == 50)
    assert made.in_flight == 0
    made.finish()
    running.join(PATIENCE_S)

    assert {number for number, _, _ in target.started} == {0}
    assert target.closed == [0]


def test_arrivals_beyond_the_limit_wait_in_line() -> None:
    """They begin in their order when connections get free; their wait isn't the generator's lag."""
    target = Target()
    made = dispatcher(target, evenly(12), limit=3)
    running = gevent.spawn(made.run)
    gevent.sleep(0.05)
    assert len(target.started) == 3
    released_ns = now_ns()
    target.open.set()
    wait_for(lambda: len(target.ended) == 12)
    made.finish()
    running.join(PATIENCE_S)

    assert target.ended == list(range(12))
    assert {number for number, _, _ in target.started} == {0, 1, 2}
    for _, arrival, start_ns in target.started[3:]:
        assert start_ns >= released_ns
        assert arrival.intended_ns + 1000 * arrival.lag_us < released_ns


def test_who_waits_too_long_is_dropped() -> None:
    """An arrival that finds no connection within the bound is told of, and never begins."""
    target = Target()
    made = dispatcher(target, evenly(30, gap_ms=2), limit=1, patience_ms=10)
    running = gevent.spawn(made.run)
    wait_for(lambda: len(target.dropped) > 10)
    target.open.set()
    gevent.sleep(0.05)
    made.finish()
    running.join(PATIENCE_S)

    seqs = [arrival.seq for arrival in target.dropped]
    assert seqs == list(range(1, 1 + len(seqs)))
    assert sorted(target.ended + seqs) == list(range(30))


def test_the_end_waits_for_requests_under_way_and_drops_the_line() -> None:
    """At the end all that was due has begun or is dropped; what was not yet due is neither."""
    target = Target()
    begin_ns = now_ns() + 5 * NS_PER_MS
    due = iter([(begin_ns + n, n) for n in range(5)] + [(begin_ns + 10**12, 5)])
    made = dispatcher(target, due, limit=2)
    running = gevent.spawn(made.run)
    wait_for(lambda: len(target.started) == 2)
    made.finish()
    gevent.sleep(0.01)
    assert not running.ready()
    target.open.set()
    running.join(PATIENCE_S)

    assert running.ready()
    assert target.ended == [0, 1]
    assert [arrival.seq for arrival in target.dropped] == [2, 3, 4]
    assert sorted(target.closed) == [0, 1]


def test_a_killed_load_is_cut_off() -> None:
    """Requests under way are interrupted, those in line are dropped, and all hang up."""
    target = Target()
    made = dispatcher(target, evenly(5, gap_ms=0), limit=2)
    running = gevent.spawn(made.run)
    wait_for(lambda: len(target.started) == 2)
    running.kill(timeout=PATIENCE_S)

    assert sorted(target.cut_off) == [0, 1]
    assert [arrival.seq for arrival in target.dropped] == [2, 3, 4]
    assert sorted(target.closed) == [0, 1]


@pytest.mark.parametrize("count", [0, 3])
def test_a_load_may_end_before_it_begins(count: int) -> None:
    """Without arrivals, or before the first, there is nothing to wait for."""
    target = Target()
    made = dispatcher(target, ((now_ns() + 10**12, seq) for seq in range(count)))
    running = gevent.spawn(made.run)
    made.finish()
    running.join(PATIENCE_S)

    assert running.ready()
    assert target == Target(open=target.open)
