"""Call back at exact moments on gevent's event loop, for warm-up and measurement too.

The event loop's own timers are as coarse as the milliseconds that epoll takes. Linux has timers
that are files, which become readable at their moment: timerfd_create(2).
"""

import ctypes
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import gevent

from celsiusify_load_tests.recording.clock import now_ns
from celsiusify_load_tests.recording.events import Journal

if TYPE_CHECKING:  # to import Locust patches threads and sockets
    from locust.runners import Runner

_NS_PER_S = 1_000_000_000
_CLOCK_MONOTONIC = 1
_READ = 1
_TICKS_BYTES = 8


class Alarm(Protocol):
    """Rings once for each time that it is set; to set it again forgets the time before."""

    def set(self, at_ns: int) -> None:
        """Ring at `at_ns`, or as soon as possible if that is over; in ns as `clock.now_ns`."""

    def close(self) -> None:
        """Never ring again."""


class _Spec(ctypes.Structure):
    """`struct itimerspec`: the interval, and the time until it rings first."""

    _fields_ = (
        ("interval_s", ctypes.c_long),
        ("interval_ns", ctypes.c_long),
        ("s", ctypes.c_long),
        ("ns", ctypes.c_long),
    )


class FileAlarm:
    """An alarm of Linux.

    Args:
        ring: What to call; it runs in the event loop's own greenlet and must not wait.
    """

    def __init__(self, ring: Callable[[], object]) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self._set_time = libc.timerfd_settime
        self._file: int = libc.timerfd_create(_CLOCK_MONOTONIC, os.O_NONBLOCK | os.O_CLOEXEC)
        if self._file < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        self._spec = _Spec()
        self._spec_reference = ctypes.byref(self._spec)
        self._ring = ring
        self._readable: Any = gevent.get_hub().loop.io(self._file, _READ)
        self._readable.start(self._wake)

    def _wake(self) -> None:
        try:
            os.read(self._file, _TICKS_BYTES)
        except BlockingIOError:
            return  # it was set anew since the event loop saw it ring
        self._ring()

    def set(self, at_ns: int) -> None:
        """Ring at `at_ns`, or as soon as possible if that is over; in ns as `clock.now_ns`."""
        # 0 would mean never.
        self._spec.s, self._spec.ns = divmod(max(1, at_ns - now_ns()), _NS_PER_S)
        self._set_time(self._file, 0, self._spec_reference, None)

    def close(self) -> None:
        """Never ring again."""
        self._readable.close()
        os.close(self._file)


class TimerAlarm:
    """An alarm of the event loop: up to a millisecond late.

    Args:
        ring: What to call; it runs in the event loop's own greenlet and must not wait.
    """

    def __init__(self, ring: Callable[[], object]) -> None:
        self._ring = ring
        self._timer: Any = None

    def set(self, at_ns: int) -> None:
        """Ring at `at_ns`, or as soon as possible if that is over; in ns as `clock.now_ns`."""
        self.close()
        self._timer = gevent.get_hub().loop.timer(max(0, at_ns - now_ns()) / _NS_PER_S)
        self._timer.start(self._ring)

    def close(self) -> None:
        """Never ring again."""
        if self._timer is not None:
            self._timer.close()


alarm: Callable[[Callable[[], object]], Alarm] = (
    FileAlarm if sys.platform == "linux" else TimerAlarm
)
"""Makes the best alarm that this system has, of what to call."""


class Stopwatch:
    """Notes when the steady part of a run begins, and ends the run when it is over.

    Locust's own `--run-time` counts from the first user's start, so that a slow ramp-up would take
    its time from the measurement.

    Args:
        runner: Is told to quit.
        begin: Lets the load begin, now or soon; returns when, in ns as `clock.now_ns`.
        journal: Where `spawning_complete`, `steady` and `test_stopping` are noted.
        warm_up_s: From when all users run until the steady part.
        measure_s: How long that is; 0 leaves the end to Locust.
    """

    def __init__(
        self,
        runner: "Runner",
        begin: Callable[[], int],
        journal: Journal,
        warm_up_s: float,
        measure_s: float,
    ) -> None:
        self._runner = runner
        self._begin = begin
        self._journal = journal
        self._warm_up_s = warm_up_s
        self._measure_s = measure_s
        self._greenlet: gevent.Greenlet | None = None

    def start(self, users: int) -> None:
        """All users run now."""
        self._journal.write("spawning_complete", users=users)
        if self._greenlet is None:
            self._greenlet = gevent.spawn(self._run)

    def stop(self) -> None:
        """The users are told to stop."""
        self._journal.write("test_stopping")
        if self._greenlet is not None and self._greenlet is not gevent.getcurrent():
            self._greenlet.kill()

    def _run(self) -> None:
        steady_ns = self._begin() + round(self._warm_up_s * _NS_PER_S)
        sleep_until(steady_ns)
        self._journal.write("steady", time_ns=steady_ns)
        if self._measure_s:
            sleep_until(steady_ns + round(self._measure_s * _NS_PER_S))
            self._runner.quit()


def sleep_until(time_ns: int) -> None:
    """Sleep, and never too short: the event loop's timers may count from a while ago."""
    while (left_ns := time_ns - now_ns()) > 0:
        gevent.sleep(left_ns / _NS_PER_S)
