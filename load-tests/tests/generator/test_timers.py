import sys
from collections.abc import Callable

import gevent
import pytest
from gevent.event import Event

from celsiusify_load_tests.generator.timers import LoopTimer, Timer, TimerFd
from celsiusify_load_tests.recording.clock import now_ns

NS_PER_MS = 1_000_000
TIMEOUT_S = 10

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="needs timerfd")
timers = pytest.mark.parametrize("make", [pytest.param(TimerFd, marks=on_linux), LoopTimer])


@timers
@pytest.mark.parametrize("delay_ms", [-5, 0, 3])
def test_a_timer_expires_once_and_never_early(
    make: Callable[[Callable[[], object]], Timer], delay_ms: int
) -> None:
    """A past time expires at once; an expired timer is silent until it is set again."""
    expired_ns: list[int] = []
    event = Event()

    def on_time() -> None:
        expired_ns.append(now_ns())
        event.set()

    timer = make(on_time)
    for _ in range(2):
        event.clear()
        gevent.get_hub().loop.update_now()
        at_ns = now_ns() + delay_ms * NS_PER_MS
        timer.set(at_ns)
        assert event.wait(TIMEOUT_S)
        assert expired_ns[-1] >= at_ns
    gevent.sleep(0.02)
    timer.close()

    assert len(expired_ns) == 2


@timers
def test_the_last_time_set_counts(make: Callable[[Callable[[], object]], Timer]) -> None:
    """A timer that is set again, or closed, doesn't expire at the earlier time."""
    expired_ns: list[int] = []
    timer = make(lambda: expired_ns.append(now_ns()))
    timer.set(now_ns() + NS_PER_MS)
    timer.set(now_ns() + 3600_000 * NS_PER_MS)
    gevent.sleep(0.02)
    timer.set(now_ns())
    timer.close()
    gevent.sleep(0.02)

    assert expired_ns == []
