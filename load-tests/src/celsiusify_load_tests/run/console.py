"""Show the progress of a run in the terminal, and its result."""

import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from math import isnan
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console, JustifyMethod
from rich.live import Live
from rich.table import Table
from rich.text import Text

from celsiusify_load_tests.recording.format import FAILED
from celsiusify_load_tests.run.result import nearest_rank

WINDOW_S = 5
LOG_PERIOD_S = 10.0
"""From one line to the next in a log."""
WIDTH = 120  # of a table where there is no terminal to ask


class Window:
    """The rows of the last seconds, and the number of all failures."""

    def __init__(self, seconds: int = WINDOW_S) -> None:
        self._batches: deque[tuple[float, npt.NDArray[np.float64]]] = deque(maxlen=seconds)
        self.failed = 0

    def add(self, now_s: float, rows: npt.NDArray[Any]) -> None:
        """Add the rows recorded since the last call; `now_s` is a monotonic clock's time."""
        self.failed += int(np.count_nonzero(rows["outcome"] == FAILED))
        answered = rows[rows["end_ns"] > 0]
        self._batches.append((now_s, (answered["end_ns"] - answered["start_ns"]) / 1e6))

    @property
    def rate_rps(self) -> float:
        """Answers per second."""
        if len(self._batches) < 2:
            return 0.0
        span_s = self._batches[-1][0] - self._batches[0][0]
        return sum(len(batch) for _, batch in list(self._batches)[1:]) / span_s

    def latency_ms(self, *percents: float) -> list[float]:
        """Return exact percentiles; NaN without an answer."""
        return nearest_rank(np.concatenate([batch for _, batch in self._batches]), *percents)


def status(title: str, left_s: float, later_s: float, window: Window) -> str:
    """Return one line: time left, rate, percentiles and failures.

    Args:
        title: The name of the load.
        left_s: The time until the load ends.
        later_s: About how long the run continues after the load.
        window: The last seconds.
    """
    p50_ms, p99_ms = ("–" if isnan(ms) else f"{ms:.2f} ms" for ms in window.latency_ms(50, 99))
    in_all = f", about {_clock(left_s + later_s)} in all" if later_s else ""
    return (
        f"{title}  {_clock(left_s)} left{in_all}  {window.rate_rps:,.0f}/s  "
        f"p50 {p50_ms}  p99 {p99_ms}  {window.failed:,} failed"
    )


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"


class Terminal:
    """The user's terminal: lines that stay, and one line of progress.

    In a log, such as a pod's, progress is one line every ten seconds.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        width = None if sys.stdout.isatty() else WIDTH
        self._console = Console(soft_wrap=True, highlight=False, width=width)
        self._errors = Console(soft_wrap=True, highlight=False, stderr=True)
        can_move = self._console.is_terminal and not self._console.is_dumb_terminal
        self._moves = can_move and not quiet
        self._is_quiet = quiet
        self._shown_s: float | None = None
        self._live = Live(console=self._console, auto_refresh=False, transient=True)

    def say(self, line: str) -> None:
        """Print a line that stays."""
        self._console.print(Text(line))

    def complain(self, line: str) -> None:
        """Print a problem to stderr."""
        self._errors.print(Text(line))

    def show(self, line: str) -> None:
        """Replace the line of progress; print it now and then where lines can't be replaced."""
        if self._moves:
            self._live.start()
            self._live.update(
                Text(line, style="dim", no_wrap=True, overflow="ellipsis"), refresh=True
            )
        elif not self._is_quiet:
            self._print_now_and_then(line)

    def clear(self) -> None:
        """Remove the line of progress."""
        self._live.stop()
        self._shown_s = None

    def _print_now_and_then(self, line: str) -> None:
        now_s = time.monotonic()
        if self._shown_s is None:
            self._shown_s = now_s
        elif now_s - self._shown_s >= LOG_PERIOD_S:
            self._shown_s = now_s
            self.say(line)

    def table(self, rows: Sequence[Mapping[str, str]]) -> None:
        """Print rows with the same keys as a table."""
        table = Table(box=None, pad_edge=False)
        for column in rows[0] if rows else ():
            justify: JustifyMethod = "right" if table.columns else "left"
            table.add_column(column, justify=justify, no_wrap=True)
        for row in rows:
            table.add_row(*row.values())
        self._console.print(table)
