"""How late the event loop of a load-generating process is."""

from celsiusify_load_tests.alarm import alarm
from celsiusify_load_tests.clock import now_ns

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
