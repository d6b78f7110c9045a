"""Measure a worker's clock offset from the leader as NTP does (RFC 5905, section 8)."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from celsiusify_load_tests.recording.clock import epoch_ns

EXCHANGES = 16

_NS_PER_MS = 1e6


class Exchange(NamedTuple):
    """The four timestamps of a request to the leader and its answer, in ns.

    The first and the last are from the worker's clock, the other two from the leader's.
    """

    requested_ns: int
    received_ns: int
    sent_ns: int
    answered_ns: int

    @property
    def offset_ns(self) -> int:
        """The worker's clock minus the leader's, if both directions took equally long."""
        return (self.requested_ns - self.received_ns + self.answered_ns - self.sent_ns) // 2

    @property
    def round_trip_ns(self) -> int:
        """The time of both directions; the offset's error is at most half of it."""
        return (self.answered_ns - self.requested_ns) - (self.sent_ns - self.received_ns)


@dataclass(frozen=True)
class Offset:
    """A worker's clock offset from the leader's, and the round-trip time."""

    clock_offset_ms: float
    round_trip_ms: float

    @property
    def ns(self) -> int:
        """The offset in ns."""
        return round(self.clock_offset_ms * _NS_PER_MS)


def best(exchanges: list[Exchange]) -> Offset:
    """Return the offset of the exchange with the shortest round trip."""
    quickest = min(exchanges, key=lambda exchange: exchange.round_trip_ns)
    return Offset(quickest.offset_ns / _NS_PER_MS, quickest.round_trip_ns / _NS_PER_MS)


class Clock:
    """A copy of this machine's clock that doesn't step when the clock is set."""

    def __init__(self) -> None:
        self._epoch_ns = epoch_ns()

    def now_ns(self) -> int:
        """Return nanoseconds since the Unix epoch."""
        return time.perf_counter_ns() + self._epoch_ns


def measure(clock: Clock, exchange: Callable[[Callable[[], int]], Exchange]) -> Offset:
    """Compare a clock with the leader's.

    Args:
        clock: This machine's clock.
        exchange: A function that requests the leader's time; its argument returns this machine's.
    """
    return best([exchange(clock.now_ns) for _ in range(EXCHANGES)])
