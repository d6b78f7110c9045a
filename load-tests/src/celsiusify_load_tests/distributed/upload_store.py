"""Store the records that workers upload piece by piece."""

import hashlib
import re
from pathlib import Path
from threading import Lock

NAMES = re.compile(r"(worker-\d+\.(rows|jsonl)|usage-\d+\.csv)")
"""The names of a record's files; no other file may be written."""


class MisplacedError(Exception):
    """A piece doesn't start at the end of its file.

    Attributes:
        size: The size of the file in bytes.
    """

    def __init__(self, size: int) -> None:
        super().__init__(f"expected the piece from byte {size}")
        self.size = size


class ClosedError(Exception):
    """The load of a piece isn't running."""


class UploadStore:
    """The store of the files of one load at a time."""

    def __init__(self) -> None:
        self.problem: str | None = None
        """The reason why the files of this load can't be written; None if they can."""
        self._job = 0
        self._folder = Path()
        self._lock = Lock()

    def open(self, job: int, folder: Path) -> None:
        """Accept the files of a load into a folder."""
        with self._lock:
            self._job, self._folder, self.problem = job, folder, None

    def close(self) -> None:
        """Accept no more files."""
        with self._lock:
            self._job = 0

    def add(self, job: int, name: str, offset: int, piece: bytes) -> int:
        """Append a piece to a file; return the new size of the file in bytes.

        Raises:
            ClosedError: If the load of the piece isn't running.
            MisplacedError: If the piece doesn't start at the end of the file, such as a repeat.
            ValueError: If the name isn't that of a record's file.
            OSError: If the file can't be written; then `problem` is set as well.
        """
        if not NAMES.fullmatch(name):
            raise ValueError(f"name of an upload: {name!r}; expected a file of a record")
        with self._lock:
            if not job or job != self._job:
                raise ClosedError(f"load {job} isn't running")
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
    """Return the SHA-256 of a file in hexadecimal, None if the file is absent."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
