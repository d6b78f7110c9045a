"""How far a worker's clock is from the leader's, as NTP finds it (RFC 5905, section 8)."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from celsiusify_load_tests.recording.clock import epoch_ns

EXCHANGES = 16

_NS_PER_MS = 1e6


class Exchange(NamedTuple):
    """A question to the leader and its answer: the four times of it, in ns.

    The first and the last are the worker's own, those between the leader's.
    """

    asked_ns: int
    received_ns: int
    sent_ns: int
    heard_ns: int

    @property
    def offset_ns(self) -> int:
        """The worker's clock minus the leader's, if both ways took as long."""
        return (self.asked_ns - self.received_ns + self.heard_ns - self.sent_ns) // 2

    @property
    def round_trip_ns(self) -> int:
        """How long both ways took; the offset is wrong by half of it at most."""
        return (self.heard_ns - self.asked_ns) - (self.sent_ns - self.received_ns)


@dataclass(frozen=True)
class Offset:
    """How far a worker's clock is ahead of the leader's, and how long an answer took."""

    clock_offset_ms: float
    round_trip_ms: float

    @property
    def ns(self) -> int:
        """The offset in ns."""
        return round(self.clock_offset_ms * _NS_PER_MS)


def best(exchanges: list[Exchange]) -> Offset:
    """The offset by the exchange that was the quickest: it was held up the least."""
    quickest = min(exchanges, key=lambda exchange: exchange.round_trip_ns)
    return Offset(quickest.offset_ns / _NS_PER_MS, quickest.round_trip_ns / _NS_PER_MS)


class Clock:
    """This machine's clock as of now; it doesn't step if that is set later."""

    def __init__(self) -> None:
        self._epoch_ns = epoch_ns()

    def now_ns(self) -> int:
        """Nanoseconds since the Unix epoch."""
        return time.perf_counter_ns() + self._epoch_ns


def measure(clock: Clock, exchange: Callable[[Callable[[], int]], Exchange]) -> Offset:
    """Compare a clock with the leader's.

    Args:
        clock: This machine's.
        exchange: Asks the leader; it is given a function that tells this machine's time in ns.
    """
    return best([exchange(clock.now_ns) for _ in range(EXCHANGES)])
