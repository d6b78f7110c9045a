"""Unpack the files of a run from the leader's log, and verify them.

`results/README.md` describes the frames. Other lines of the log are for the user.
"""

import base64
import binascii
import hashlib
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from celsiusify_cluster.errors import MeasurementError

GZIP = zlib.MAX_WBITS | 16
NAME = re.compile(r"[\w.-]+(?:/[\w.-]+)*", re.ASCII)


@dataclass
class IncomingFile:
    """A file that is being received, with its announced size and hash."""

    name: str
    size_bytes: int
    sha256: str
    out: BinaryIO
    inflate: "zlib._Decompress" = field(default_factory=lambda: zlib.decompressobj(GZIP))
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    received: int = 0

    def add(self, packed: bytes) -> None:
        """Write the next piece of gzip; one surplus byte shows that a file is too large."""
        data = self.inflate.decompress(packed, self.size_bytes - self.received + 1)
        self.received += len(data)
        self.digest.update(data)
        self.out.write(data)

    def is_complete(self) -> bool:
        """Return True if the file has the announced size and hash."""
        exact = self.inflate.eof and self.received == self.size_bytes
        return exact and self.digest.hexdigest() == self.sha256


def safe_path(folder: Path, name: str) -> Path:
    """Return the path of a file in a folder.

    Raises:
        MeasurementError: If the name would lead out of the folder.
    """
    if not NAME.fullmatch(name) or ".." in PurePosixPath(name).parts:
        raise MeasurementError(f"the leader sent a file named {name!r}: refused")
    return folder / name


MARK = "CELSIUSIFY "
RUN = re.compile(r"[\w-][\w.-]*", re.ASCII)


@dataclass(frozen=True)
class Clock:
    """A report of the leader's clock."""

    time_ns: int


@dataclass(frozen=True)
class Held:
    """A notice that the leader holds a folder of results that is too large for its log."""

    folder: str
    size_bytes: int


@dataclass(frozen=True)
class Received:
    """The complete and verified files of a run.

    Attributes:
        run: The run's name.
        files: SHA-256 by name.
    """

    run: str
    files: dict[str, str]


Event = Clock | Held | Received


class FrameReader:
    """A reader of a log's lines that writes the files in them.

    Args:
        folder: The folder for the run's files.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._run: str | None = None
        self._expected = 0
        self._files: dict[str, str] = {}
        self._file: IncomingFile | None = None

    @property
    def progress(self) -> str:
        """The progress in words, empty before the first frame."""
        return (
            f"receiving {self._run}: {len(self._files)} of {self._expected} files"
            if self._run
            else ""
        )

    def take(self, line: str) -> Event | None:
        """Read a line that begins with `MARK`.

        Raises:
            MeasurementError: If the content differs from what was announced.
        """
        verb, _, rest = line.removeprefix(MARK).partition(" ")
        try:
            return READERS[verb](self, rest)
        except (KeyError, ValueError, binascii.Error, zlib.error) as problem:
            raise MeasurementError(f"the leader's frames are damaged at {line[:60]!r}") from problem

    def close(self) -> None:
        """Close an incomplete file."""
        if self._file:
            self._file.out.close()
            self._file = None

    def _clock(self, rest: str) -> Clock:
        return Clock(int(_fields(rest)["time_ns"]))

    def _held(self, rest: str) -> Held:
        folder, _, fields = rest.partition(" ")
        return Held(folder, int(_fields(fields)["bytes"]))

    def _begin(self, rest: str) -> None:
        self.close()
        run, _, fields = rest.partition(" ")
        if not RUN.fullmatch(run):
            raise MeasurementError(f"the leader sent a run named {run!r}: refused")
        self._run, self._expected, self._files = run, int(_fields(fields)["files"]), {}

    def _begin_file(self, rest: str) -> None:
        name, _, fields = rest.partition(" ")
        path = safe_path(self._folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        values = _fields(fields)
        self.close()
        self._file = IncomingFile(name, int(values["bytes"]), values["sha256"], path.open("wb"))

    def _data(self, rest: str) -> None:
        if self._file is None:
            raise ValueError(rest)
        self._file.add(base64.b64decode(rest, validate=True))

    def _done(self, name: str) -> None:
        file = self._file
        self.close()
        if file is None or file.name != name or not file.is_complete():
            raise MeasurementError(f"{name}: checksum mismatch (SHA-256)")
        self._files[name] = file.sha256

    def _end(self, rest: str) -> Received:
        run, _, fields = rest.partition(" ")
        listed = "".join(f"{name} {sha256}\n" for name, sha256 in self._files.items())
        whole = hashlib.sha256(listed.encode()).hexdigest() == _fields(fields)["sha256"]
        if run != self._run or len(self._files) != self._expected or not whole:
            raise MeasurementError(
                f"{run} is incomplete: {len(self._files)} of {self._expected} files"
            )
        return Received(run, dict(self._files))


READERS: dict[str, Callable[[FrameReader, str], Event | None]] = {
    "CLOCK": FrameReader._clock,
    "HELD": FrameReader._held,
    "BEGIN": FrameReader._begin,
    "FILE": FrameReader._begin_file,
    "DATA": FrameReader._data,
    "DONE": FrameReader._done,
    "END": FrameReader._end,
}


def _fields(text: str) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in text.split())
