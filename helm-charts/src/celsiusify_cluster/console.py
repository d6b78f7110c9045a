"""Show lines and tables in the terminal, and take Ctrl-C as a request to stop."""

import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from types import FrameType, TracebackType

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from celsiusify_cluster.errors import BrokenOutput

WIDTH = 200  # of a table where there is no terminal to ask


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Raise an exception instead of exiting at once, which would leave a load's Job behind."""
        self.quiet = True
        # Python flushes once more as it ends, and would tell of it then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise BrokenOutput


class Terminal:
    """The user's terminal: lines that stay, and one line of progress.

    Args:
        progress_s: The time between two lines of progress where lines can't be replaced.
    """

    def __init__(self, progress_s: float) -> None:
        self._progress_s = progress_s
        width = None if sys.stdout.isatty() else WIDTH
        self._console = _Console(soft_wrap=True, highlight=False, width=width)
        self._errors = Console(soft_wrap=True, highlight=False, stderr=True)
        self._moves = self._console.is_terminal and not self._console.is_dumb_terminal
        self._said_s: float | None = None
        self._live = Live(console=self._console, auto_refresh=False, transient=True)

    def say(self, line: str) -> None:
        """Print a line that stays."""
        self._console.print(Text(line))

    def warn(self, line: str) -> None:
        """Print a warning to stderr."""
        self._errors.print(Text(line))

    def show(self, line: str) -> None:
        """Replace the line of progress; print it now and then where lines can't be replaced."""
        if not self._moves:
            self._say_now_and_then(line)
        else:
            self._live.start()
            self._live.update(
                Text(line, style="dim", no_wrap=True, overflow="ellipsis"), refresh=True
            )

    def _say_now_and_then(self, line: str) -> None:
        now_s = time.monotonic()
        if self._said_s is None:
            self._said_s = now_s
        elif now_s - self._said_s >= self._progress_s:
            self._said_s = now_s
            self.say(line)

    def clear(self) -> None:
        """Remove the line of progress."""
        self._said_s = None
        self._live.stop()

    def table(self, rows: Sequence[Mapping[str, str]]) -> None:
        """Print rows with the same keys as a table."""
        table = Table(box=None, pad_edge=False)
        for column in rows[0] if rows else ():
            table.add_column(column, no_wrap=True)
        for row in rows:
            table.add_row(*map(Text, row.values()))
        self._console.print(table)


STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LAST = 2
STEP_S = 0.1


class StopAsked:
    """A counter of signals to stop, while the context lasts.

    The second signal raises `KeyboardInterrupt`: the user doesn't want to wait for anything.
    """

    def __init__(self) -> None:
        self.count = 0
        self._before: dict[signal.Signals, object] = {}

    def __enter__(self) -> "StopAsked":
        for number in STOPPING:
            self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what signal() itself gave

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
        if self.count == LAST:  # further ones must not break off the tidying up
            raise KeyboardInterrupt

    def sleep(self, seconds: float) -> None:
        """Sleep until the time is over or the first signal arrives."""
        end_s = time.monotonic() + seconds
        while not self.count and (left_s := end_s - time.monotonic()) > 0:
            time.sleep(min(left_s, STEP_S))
