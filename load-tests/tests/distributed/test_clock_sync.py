import time
from collections.abc import Callable

import pytest

from celsiusify_load_tests.distributed.clock_sync import Clock, Exchange, best, measure
from celsiusify_load_tests.recording.clock import epoch_ns

MS = 1_000_000


@pytest.mark.parametrize(
    ("exchange", "offset_ms", "round_trip_ms"),
    [
        (Exchange(0, 10 * MS, 12 * MS, 22 * MS), 0, 20),
        (Exchange(2000 * MS, 10 * MS, 12 * MS, 2022 * MS), 2000, 20),
        (Exchange(0, 2010 * MS, 2012 * MS, 22 * MS), -2000, 20),
        (Exchange(0, 15 * MS, 15 * MS, 20 * MS), -5, 20),
    ],
)
def test_an_offset_is_half_of_what_the_two_ways_differ_by(
    exchange: Exchange, offset_ms: float, round_trip_ms: float
) -> None:
    """As NTP has it: ((t2 - t1) + (t3 - t4)) / 2, of the worker's clock against the leader's."""
    assert exchange.offset_ns == offset_ms * MS
    assert exchange.round_trip_ns == round_trip_ms * MS


def test_the_quickest_exchange_counts() -> None:
    slow, quick = Exchange(0, 90 * MS, 90 * MS, 100 * MS), Exchange(0, MS, MS, 2 * MS)
    found = best([slow, quick, slow])
    assert (found.clock_offset_ms, found.round_trip_ms, found.ns) == (0, 2, 0)


def test_a_clock_is_compared_with_the_leaders() -> None:
    """Although one answer takes long on its way back."""
    leader, worker = Clock(), Clock()
    delays_s = iter([0.05, *[0.0] * 100])

    def exchange(now_ns: Callable[[], int]) -> Exchange:
        requested_ns, leader_ns = now_ns(), leader.now_ns() - 1500 * MS
        time.sleep(next(delays_s))
        return Exchange(requested_ns, leader_ns, leader_ns, now_ns())

    found = measure(worker, exchange)
    assert found.clock_offset_ms == pytest.approx(1500, abs=5)
    assert found.round_trip_ms < 50


def test_a_clock_does_not_step_with_the_wall_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, before_ns = Clock(), epoch_ns()
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    assert abs(clock.now_ns() - time.perf_counter_ns() - before_ns) < 50 * MS
