"""What happens in a load-generating process besides its requests: a file of JSON lines."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from celsiusify_load_tests.clock import now_ns

USERS_STOPPED = "users_stopped"
CLOSED = "closed"
RESTING = (USERS_STOPPED, CLOSED)
"""The events after which a journal may be silent: before, something is written each second."""


class Journal:
    """A file that each event goes to at once, so that it can be followed and survives a crash."""

    def __init__(self, path: Path) -> None:
        self.problem: str | None = None
        """Why events can't be written any more."""
        self._path = path
        self._file = path.open("xb", buffering=0)

    def write(self, event: str, **details: Any) -> None:
        """Add an event that happens now."""
        line = {"event": event, "time_ns": now_ns(), **details}
        try:
            self._file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
        except OSError as error:
            self.problem = f"can't write {self._path}: {error.strerror}"

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_journal(path: Path) -> Iterator[dict[str, Any]]:
    """Read the events of a journal, also while it is being written: whole lines only."""
    for line in path.read_bytes().splitlines():
        with suppress(orjson.JSONDecodeError):
            yield orjson.loads(line)
