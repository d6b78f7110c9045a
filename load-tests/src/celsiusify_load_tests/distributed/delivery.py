"""Hand in the files of a record while they grow, a piece at a time."""

from collections.abc import Callable
from pathlib import Path

from celsiusify_load_tests.distributed.intake import NAMES, sha256
from celsiusify_load_tests.errors import LoadTestError
from celsiusify_load_tests.folder import workers

PIECE_BYTES = 1 << 20

Add = Callable[[str, int, bytes], int]
"""Sends a piece of a file from an offset; returns how much of the file the leader has then."""


class OverlongError(LoadTestError):
    """The leader has more of a file than there is."""


class Delivery:
    """The files of one folder on their way.

    Args:
        folder: Where they are.
        add: Sends a piece.
    """

    def __init__(self, folder: Path, add: Add) -> None:
        self._folder = folder
        self._add = add
        self._sent: dict[str, int] = {}

    def send(self) -> None:
        """Send what was written since the last time.

        Raises:
            OverlongError: If the leader has more of a file than that.
        """
        for name, size in sorted(self._sizes().items()):
            self._send(name, size)

    def finish(self) -> dict[str, str]:
        """Send the rest; returns the SHA-256 of each file, in hexadecimal."""
        self.send()
        return {name: str(sha256(self._folder / name)) for name in self._sizes()}

    def _sizes(self) -> dict[str, int]:
        """How long the files are. A journal, which has the texts of rows, is looked at after these.

        So that rows never arrive before their texts, journals are also sent first.
        """
        if not workers(self._folder):
            return {}  # Locust's master wants an empty folder, and is there once a worker records
        files = sorted(self._folder.iterdir(), key=lambda path: path.suffix, reverse=True)
        return {path.name: path.stat().st_size for path in files if NAMES.fullmatch(path.name)}

    def _send(self, name: str, size: int) -> None:
        with (self._folder / name).open("rb") as file:
            while (sent := self._sent.get(name, 0)) < size or name not in self._sent:
                file.seek(sent)  # a file that is empty is sent as well
                piece = file.read(min(PIECE_BYTES, size - sent))
                self._sent[name] = self._add(name, sent, piece)
        if self._sent[name] > size:
            raise OverlongError(f"the leader has {self._sent[name]} bytes of {name}, not {size}")
