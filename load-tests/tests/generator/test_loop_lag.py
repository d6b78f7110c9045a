import gevent
import pytest

from celsiusify_load_tests.generator.loop_lag import LoopLag
from celsiusify_load_tests.recording.clock import now_ns
from celsiusify_load_tests.run.monitor import quantiles


@pytest.fixture
def lag() -> LoopLag:
    return LoopLag()


def test_a_busy_loop_in_the_generator_shows(lag: LoopLag) -> None:
    """While one greenlet keeps the event loop for 150 ms, the timer of each 20 ms is late."""
    gevent.sleep(0.05)
    begin_ns = now_ns()
    while now_ns() < begin_ns + 150_000_000:
        pass
    gevent.sleep(0.05)
    samples = lag.take()
    lag.close()
    assert max(samples) >= 130_000 - 1
    assert quantiles({0: samples})["max"] == max(samples)  # type: ignore[index]  # there are some


def test_samples_are_taken_all_the_time_and_once(lag: LoopLag) -> None:
    gevent.sleep(0.2)
    samples = lag.take()
    assert 1 <= len(samples) <= 10
    assert lag.take() == []
    lag.close()


def test_nothing_is_sampled_after_the_end(lag: LoopLag) -> None:
    lag.close()
    gevent.sleep(0.05)
    assert lag.take() == []
