"""The steady part of a run: all users running, none told to stop yet."""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Window:
    """From `from_ns` to before `until_ns`, nanoseconds since the Unix epoch."""

    from_ns: int
    until_ns: int

    @property
    def seconds(self) -> float:
        """Its length in seconds."""
        return (self.until_ns - self.from_ns) / 1e9

    def rows(self, frame: pd.DataFrame, column: str = "due_ns") -> pd.DataFrame:
        """The rows of a frame whose time in `column`, when they were due, lies within."""
        within = (frame[column] >= self.from_ns) & (frame[column] < self.until_ns)
        return frame[within]


def steady_window(from_ns: int | None, until_ns: int | None) -> Window | None:
    """The window between two times, or None where there is none or it has no length."""
    if not from_ns or not until_ns or until_ns <= from_ns:
        return None
    return Window(from_ns, until_ns)
