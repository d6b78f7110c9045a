"""Call functions at exact times on gevent's event loop, and end a load in time.

The event loop's own timers have a resolution of a millisecond, that of epoll's timeout. Linux also
has timers as files, which become readable at the set time: timerfd_create(2).
"""

import ctypes
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import gevent

from celsiusify_load_tests.recording.clock import now_ns
from celsiusify_load_tests.recording.events import Journal

if TYPE_CHECKING:  # importing Locust patches threads and sockets
    from locust.runners import Runner

_NS_PER_S = 1_000_000_000
_CLOCK_MONOTONIC = 1
_READ = 1
_TICKS_BYTES = 8


class Timer(Protocol):
    """A timer that calls a function once each time it is set; setting it again replaces the time.

    The function runs in the event loop's greenlet and must not wait.
    """

    def set(self, at_ns: int) -> None:
        """Set the time in ns, as `clock.now_ns`; a past time means as soon as possible."""

    def close(self) -> None:
        """Cancel the timer for good."""


class _Spec(ctypes.Structure):
    """`struct itimerspec`: the interval, and the time until the first expiry."""

    _fields_ = (
        ("interval_s", ctypes.c_long),
        ("interval_ns", ctypes.c_long),
        ("s", ctypes.c_long),
        ("ns", ctypes.c_long),
    )


class TimerFd:
    """A timer of Linux, exact to some microseconds.

    Args:
        callback: The function to call.
    """

    def __init__(self, callback: Callable[[], object]) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self._set_time = libc.timerfd_settime
        self._file: int = libc.timerfd_create(_CLOCK_MONOTONIC, os.O_NONBLOCK | os.O_CLOEXEC)
        if self._file < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        self._spec = _Spec()
        self._spec_reference = ctypes.byref(self._spec)
        self._callback = callback
        self._readable: Any = gevent.get_hub().loop.io(self._file, _READ)
        self._readable.start(self._wake)

    def _wake(self) -> None:
        try:
            os.read(self._file, _TICKS_BYTES)
        except BlockingIOError:
            return  # the timer was set again after the event loop saw it expire
        self._callback()

    def set(self, at_ns: int) -> None:
        """Set the time in ns, as `clock.now_ns`; a past time means as soon as possible."""
        # 0 would disarm the timer.
        self._spec.s, self._spec.ns = divmod(max(1, at_ns - now_ns()), _NS_PER_S)
        self._set_time(self._file, 0, self._spec_reference, None)

    def close(self) -> None:
        """Cancel the timer for good."""
        self._readable.close()
        os.close(self._file)


class LoopTimer:
    """A timer of the event loop, up to a millisecond late.

    Args:
        callback: The function to call.
    """

    def __init__(self, callback: Callable[[], object]) -> None:
        self._callback = callback
        self._timer: Any = None

    def set(self, at_ns: int) -> None:
        """Set the time in ns, as `clock.now_ns`; a past time means as soon as possible."""
        self.close()
        self._timer = gevent.get_hub().loop.timer(max(0, at_ns - now_ns()) / _NS_PER_S)
        self._timer.start(self._callback)

    def close(self) -> None:
        """Cancel the timer for good."""
        if self._timer is not None:
            self._timer.close()


make_timer: Callable[[Callable[[], object]], Timer] = (
    TimerFd if sys.platform == "linux" else LoopTimer
)
"""The factory of this system's most exact timer, from the function to call."""


class Stopwatch:
    """The timing of a load: a journal entry at the window's start, and the load's end.

    Locust's own `--run-time` counts from the first user's start, so a slow ramp-up would shorten
    the measurement window.

    Args:
        runner: The runner, which is told to quit at the end.
        begin: A function that starts the load; it returns the start in ns, as `clock.now_ns`.
        journal: The journal of `spawning_complete`, `steady` and `test_stopping`.
        warm_up_s: The time between the start and the measurement window.
        measure_s: The length of the window; 0 leaves the end to Locust.
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
        """Start the timing, once all users run."""
        self._journal.write("spawning_complete", users=users)
        if self._greenlet is None:
            self._greenlet = gevent.spawn(self._run)

    def stop(self) -> None:
        """Stop the timing, once the users are told to stop."""
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
    """Sleep until a time, never shorter: the event loop's timers may count from an earlier time."""
    while (remaining_ns := time_ns - now_ns()) > 0:
        gevent.sleep(remaining_ns / _NS_PER_S)
