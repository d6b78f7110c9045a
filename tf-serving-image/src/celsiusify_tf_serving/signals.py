"""Be told to stop."""

import signal
from types import FrameType


class StopRequest:
    """Notes SIGINT or SIGTERM from the moment it is made.

    Attributes:
        number: Of the signal that came, or None as long as none has.
    """

    def __init__(self) -> None:
        self.number: int | None = None
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self.number = number
