"""Ctrl-C, SIGTERM and a closed terminal as something to ask for: nothing is broken off half way."""

import signal
import time
from types import FrameType, TracebackType

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LAST = 2
STEP_S = 0.1


class StopAsked:
    """Counts the signals to stop while the context lasts.

    The second is a `KeyboardInterrupt`: whoever sends it doesn't want to wait for anything.
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
        """Sleep, but not beyond the first signal."""
        end_s = time.monotonic() + seconds
        while not self.count and (left_s := end_s - time.monotonic()) > 0:
            time.sleep(min(left_s, STEP_S))
