import sys
from collections.abc import Callable

import gevent
import pytest
from gevent.event import Event

from celsiusify_load_tests.generator.timers import Alarm, FileAlarm, TimerAlarm
from celsiusify_load_tests.recording.clock import now_ns

NS_PER_MS = 1_000_000
PATIENCE_S = 10

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="needs timerfd")
alarms = pytest.mark.parametrize("make", [pytest.param(FileAlarm, marks=on_linux), TimerAlarm])


@alarms
@pytest.mark.parametrize("delay_ms", [-5, 0, 3])
def test_an_alarm_rings_once_and_never_early(
    make: Callable[[Callable[[], object]], Alarm], delay_ms: int
) -> None:
    """A time that is over rings at once; and what has rung is silent until it is set again."""
    rung: list[int] = []
    event = Event()

    def ring() -> None:
        rung.append(now_ns())
        event.set()

    alarm = make(ring)
    for _ in range(2):
        event.clear()
        gevent.get_hub().loop.update_now()
        at_ns = now_ns() + delay_ms * NS_PER_MS
        alarm.set(at_ns)
        assert event.wait(PATIENCE_S)
        assert rung[-1] >= at_ns
    gevent.sleep(0.02)
    alarm.close()

    assert len(rung) == 2


@alarms
def test_the_last_time_set_counts(make: Callable[[Callable[[], object]], Alarm]) -> None:
    """One that is set anew, or closed, doesn't ring at the time before."""
    rung: list[int] = []
    alarm = make(lambda: rung.append(now_ns()))
    alarm.set(now_ns() + NS_PER_MS)
    alarm.set(now_ns() + 3600_000 * NS_PER_MS)
    gevent.sleep(0.02)
    alarm.set(now_ns())
    alarm.close()
    gevent.sleep(0.02)

    assert rung == []
