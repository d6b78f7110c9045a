"""Frame a run's files as lines of a log, so that no file has to be copied from a pod.

The first line is `CELSIUSIFY BEGIN <run> files=<n>`. Each file has a line `FILE <name> bytes=<n>
sha256=<hex>`, a line `DATA` for each piece of its gzip (RFC 1952) in base64, and a line
`DONE <name>`. The last line is `END <run>` with the SHA-256 of all lines `<name> <sha256>`. Other
lines may appear between these.
"""

import gzip
import hashlib
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MARK = "CELSIUSIFY"
PIECE_CHARACTERS = 4096  # a multiple of four, so that each piece is valid base64

_PIECE_BYTES = PIECE_CHARACTERS // 4 * 3


@dataclass(frozen=True)
class PackedFile:
    """A compressed file.

    Attributes:
        name: The path within the run's folder, with `/`.
        size: The size of the file in bytes.
        sha256: The SHA-256 of the file in hexadecimal.
        content: The file as gzip.
    """

    name: str
    size: int
    sha256: str
    content: bytes


def pack(name: str, content: bytes) -> PackedFile:
    """Compress a file; equal files give equal bytes.

    Raises:
        ValueError: If the name is empty or has blanks.
    """
    if not name or any(character.isspace() for character in name):
        raise ValueError(f"expected a name without blanks, got {name!r}")
    digest = hashlib.sha256(content).hexdigest()
    return PackedFile(name, len(content), digest, gzip.compress(content, mtime=0))


def frames(run: str, files: Sequence[PackedFile]) -> Iterator[str]:
    """Yield the lines that carry all files of a run, without line ends."""
    yield f"{MARK} BEGIN {run} files={len(files)}"
    for file in files:
        yield f"{MARK} FILE {file.name} bytes={file.size} sha256={file.sha256}"
        for begin in range(0, len(file.content), _PIECE_BYTES):
            piece = b64encode(file.content[begin : begin + _PIECE_BYTES])
            yield f"{MARK} DATA {piece.decode()}"
        yield f"{MARK} DONE {file.name}"
    yield f"{MARK} END {run} sha256={_total_sha256(files)}"


def _total_sha256(files: Sequence[PackedFile]) -> str:
    listed = "".join(f"{file.name} {file.sha256}\n" for file in files)
    return hashlib.sha256(listed.encode()).hexdigest()


def held_line(folder: str, size: int) -> str:
    """Return the line that names the folder of files too large for a log."""
    return f"{MARK} HELD {folder} bytes={size}"


def clock_line(time_ns: int) -> str:
    """Return the line with this machine's time."""
    return f"{MARK} CLOCK time_ns={time_ns}"
