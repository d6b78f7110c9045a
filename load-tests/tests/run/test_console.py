import time
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from celsiusify_load_tests.recording.format import DTYPE
from celsiusify_load_tests.run.console import Terminal, Window, status

MS = 1_000_000


def rows(latencies_ms: list[float], outcome: int = 0) -> npt.NDArray[Any]:
    made = np.zeros(len(latencies_ms), DTYPE)
    made["start_ns"] = 1
    made["end_ns"] = [1 + latency * MS for latency in latencies_ms]
    made["outcome"] = outcome
    return made


def test_rate_and_percentiles_are_those_of_the_last_seconds() -> None:
    window = Window(seconds=3)
    for second, latency_ms in enumerate([900.0, 900.0, 1.25, 1.25]):
        window.add(float(second), rows([latency_ms] * 50))
    assert window.rate_rps == 50
    window.add(4.0, rows([1.25] * 50))
    assert window.latency_ms(50, 99) == [1.25, 1.25]


def test_failures_are_counted_from_the_start() -> None:
    window = Window(seconds=1)
    window.add(0.0, rows([1.0] * 3, outcome=1))
    window.add(1.0, rows([1.0]))
    assert window.failed == 3


def test_aborted_requests_have_no_latency() -> None:
    window = Window()
    aborted = rows([0.0], outcome=2)
    aborted["end_ns"] = 0
    window.add(0.0, aborted)
    assert np.isnan(window.latency_ms(50)).all()


def test_the_status_tells_time_rate_percentiles_and_failures() -> None:
    window = Window()
    window.add(0.0, rows([]))
    window.add(1.0, rows([2.5] * 1200))
    line = status("tfserving", 83.4, 0.0, window)
    assert line == "tfserving  1:23 left  1,200/s  p50 2.50 ms  p99 2.50 ms  0 failed"


def test_the_status_tells_how_long_the_whole_run_goes_on() -> None:
    window = Window()
    window.add(0.0, rows([]))
    line = status("tfserving, round 2 of 5", 8.0, 192.0, window)
    assert line.startswith("tfserving, round 2 of 5  0:08 left, about 3:20 in all  0/s")


def test_nothing_moves_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal()
    terminal.show("moving")
    terminal.say("staying")
    terminal.clear()
    assert capsys.readouterr().out == "staying\n"


@pytest.mark.parametrize(
    ("quiet", "printed"), [(False, ["at 10", "at 20", "next at 41"]), (True, [])]
)
def test_a_log_has_a_line_each_ten_seconds(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    quiet: bool,
    printed: list[str],
) -> None:
    """And none of a load that is over before."""
    now_s = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now_s)
    terminal = Terminal(quiet=quiet)
    for now_s in range(25):
        terminal.show(f"at {now_s}")
    terminal.clear()
    for now_s in range(31, 45):
        terminal.show(f"next at {now_s}")
    assert capsys.readouterr().out.splitlines() == printed
