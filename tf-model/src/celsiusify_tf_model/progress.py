"""Show how far the work is."""

import sys
import time
from typing import TextIO

QUIET_INTERVAL_S = 5.0


class Progress:
    """One line that is written over in a terminal; elsewhere a line every few seconds."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._in_place = self._stream.isatty()
        self._last_s = -QUIET_INTERVAL_S

    def __call__(self, text: str) -> None:
        """Show what is being done."""
        now_s = time.monotonic()
        if self._in_place:
            self._stream.write(f"\r\x1b[K{text}")
        elif now_s - self._last_s >= QUIET_INTERVAL_S:
            self._last_s = now_s
            self._stream.write(f"{text}\n")
        self._stream.flush()

    def clear(self) -> None:
        """Take the line away, before something else is printed."""
        if self._in_place:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
