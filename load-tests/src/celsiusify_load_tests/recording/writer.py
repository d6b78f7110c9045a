"""Record every request of a load-generating process at a low cost per request."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from celsiusify_load_tests.recording.events import CLOSED, Journal
from celsiusify_load_tests.recording.format import DTYPE, LAYOUT

_BUFFERED_ROWS = 1024
_MAX_TEXTS = 4096
_OTHER_TEXT = "(too many different ones)"


class Texts:
    """The distinct texts of a column, numbered from 1 as they first appear; 0 is none.

    The number of texts is limited, so that a server with always new texts doesn't fill the memory.
    """

    def __init__(self, column: str, journal: Journal) -> None:
        self.numbers: dict[str | None, int] = {None: 0}
        self._column = column
        self._journal = journal

    def number(self, text: str | None) -> int:
        """Return the number of a text."""
        number = self.numbers.get(text)
        return self._add(text) if number is None else number

    def _add(self, text: str | None) -> int:
        if len(self.numbers) >= _MAX_TEXTS:
            text = _OTHER_TEXT
        if text not in self.numbers:
            self.numbers[text] = len(self.numbers)
            self._journal.write("text", column=self._column, number=self.numbers[text], text=text)
        return self.numbers[text]


class Recorder:
    """A recorder of rows, which go from a small buffer to a file when it is full or flushed.

    A crash loses the rows after the last flush. The journal's event `closed` has the numbers of
    started and recorded requests, so that a loss is detected.

    Args:
        path: The file of rows; it must not exist.
        journal: The journal for the texts of the rows' numbers.
        listener: A function called with each block of written rows.
    """

    def __init__(
        self, path: Path, journal: Journal, listener: Callable[[NDArray[np.void]], None]
    ) -> None:
        self.started = 0
        """The number of started requests; the caller counts them here."""
        self.dropped = 0
        """The number of arrivals of an open load that were dropped before they began."""
        self.recorded = 0
        """The number of written rows, of started requests and dropped arrivals."""
        self.problem: str | None = None
        """The reason why rows can't be written; None if they can."""
        self.errors = Texts("error", journal)
        self.instances = Texts("instance", journal)
        self._journal = journal
        self._path = path
        self._file = path.open("xb")
        self._listener = listener
        self._buffer = bytearray(_BUFFERED_ROWS * LAYOUT.size)
        self._used = 0

    def add(
        self,
        user: int,
        seq: int,
        start_ns: int,
        end_ns: int,
        outcome: int,
        status: int = 0,
        size: int = 0,
        error: str | None = None,
        instance: str | None = None,
        intended_ns: int = 0,
        lag_us: int = 0,
    ) -> None:
        """Record a finished request or a dropped arrival.

        Args:
            user: The user, or the connection of an open load, from 0.
            seq: The request's number within its user or its schedule, from 0.
            start_ns: The time when the request was passed to the connection, or dropped.
            end_ns: The time when the answer's last byte was read, or the request failed; else 0.
            outcome: `SUCCEEDED`, `FAILED`, `ABORTED` or `DROPPED`.
            status: The HTTP status; 0 without an answer.
            size: The size of the answer's body in bytes.
            error: The error message; None without an error.
            instance: The identifier of the instance that answered.
            intended_ns: The scheduled start; 0 without a schedule.
            lag_us: The delay between the scheduled start and this process's wake-up.
        """
        error_number = self.errors.number(error)
        instance_number = self.instances.number(instance)
        LAYOUT.pack_into(
            self._buffer,
            self._used,
            user,
            size,
            seq,
            intended_ns,
            start_ns,
            end_ns,
            lag_us,
            status,
            error_number,
            instance_number,
            outcome,
            0,
        )
        self._used += LAYOUT.size
        if self._used == len(self._buffer):
            self.flush()

    def flush(self) -> None:
        """Write the buffered rows and pass them to the listener."""
        if not self._used:
            return
        written = bytes(memoryview(self._buffer)[: self._used])
        self._used = 0
        try:
            self._file.write(written)
            self._file.flush()
        except OSError as error:
            self.problem = f"can't write {self._path}: {error.strerror}"
            return
        rows = np.frombuffer(written, DTYPE)
        self.recorded += len(rows)
        self._listener(rows)

    def close(self) -> None:
        """Flush and close the file, and write the number of rows to the journal."""
        self.flush()
        with suppress(OSError):  # `problem` is set already
            self._file.close()
        self._journal.write(
            CLOSED,
            started=self.started,
            dropped=self.dropped,
            recorded=self.recorded,
            problem=self.problem,
        )
