"""Store the records that workers upload, piece after piece, each at the end of its file."""

import hashlib
import re
from pathlib import Path
from threading import Lock

NAMES = re.compile(r"(worker-\d+\.(rows|jsonl)|usage-\d+\.csv)")
"""The files of a record; nothing else may be written."""


class MisplacedError(Exception):
    """A piece doesn't begin where the file ends.

    Attributes:
        size: Where it ends.
    """

    def __init__(self, size: int) -> None:
        super().__init__(f"expected the piece from byte {size}")
        self.size = size


class ClosedError(Exception):
    """The load that a piece belongs to isn't under way."""


class UploadStore:
    """Takes the files of one load at a time."""

    def __init__(self) -> None:
        self.problem: str | None = None
        """Why the files of this load can't be written any more."""
        self._job = 0
        self._folder = Path()
        self._lock = Lock()

    def open(self, job: int, folder: Path) -> None:
        """Take what belongs to a load into a folder."""
        with self._lock:
            self._job, self._folder, self.problem = job, folder, None

    def close(self) -> None:
        """Take nothing more."""
        with self._lock:
            self._job = 0

    def add(self, job: int, name: str, offset: int, piece: bytes) -> int:
        """Add a piece to a file; returns how long that is then.

        Raises:
            ClosedError: If it belongs to another load than the one under way.
            MisplacedError: If it doesn't begin where the file ends, as when it is sent again.
            ValueError: If no record has a file of that name.
            OSError: If it can't be written; then `problem` says so, too.
        """
        if not NAMES.fullmatch(name):
            raise ValueError(f"expected the name of a record's file, got {name!r}")
        with self._lock:
            if not job or job != self._job:
                raise ClosedError(f"load {job} isn't under way")
            try:
                return _append(self._folder / name, offset, piece)
            except OSError as error:
                self.problem = f"can't write {self._folder / name}: {error.strerror}"
                raise


def _append(path: Path, offset: int, piece: bytes) -> int:
    with path.open("ab") as file:
        if file.tell() != offset:
            raise MisplacedError(file.tell())
        file.write(piece)
        return file.tell()


def sha256(path: Path) -> str | None:
    """The SHA-256 of a file in hexadecimal, None if there is none."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
