"""Turn Ctrl-C, SIGTERM and SIGHUP into a flag, so that they never abort a clean-up."""

import signal
import time
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STEP_S = 0.1


class Interrupted(Exception):  # noqa: N818  # not an error: a user ends the run
    """The run was interrupted before it had results to keep."""


class Interruption:
    """The number of stop signals received while the context lasts."""

    def __init__(self) -> None:
        self.count = 0
        self._before: dict[signal.Signals, object] = {}

    def __bool__(self) -> bool:
        return self.count > 0

    def __enter__(self) -> "Interruption":
        for number in SIGNALS:
            self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # returned by signal() itself

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.ask()

    def ask(self) -> None:
        """Request a stop, as a signal does."""
        self.count += 1

    def check(self) -> None:
        """Raise `Interrupted` if a stop was requested."""
        if self:
            raise Interrupted

    def sleep(self, seconds: float) -> None:
        """Sleep for a time, or until a stop is requested."""
        deadline = time.monotonic() + seconds
        while not self and (remaining_s := deadline - time.monotonic()) > 0:
            time.sleep(min(remaining_s, STEP_S))
