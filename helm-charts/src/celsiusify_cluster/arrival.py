"""A file that arrives in pieces: unpacked, counted and hashed on its way."""

import hashlib
import re
import zlib
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from celsiusify_cluster.errors import MeasurementError

GZIP = zlib.MAX_WBITS | 16
NAME = re.compile(r"[\w.-]+(?:/[\w.-]+)*", re.ASCII)


@dataclass
class Arrival:
    """A file, with the size and the hash that it was announced with."""

    name: str
    size_bytes: int
    sha256: str
    out: BinaryIO
    inflate: "zlib._Decompress" = field(default_factory=lambda: zlib.decompressobj(GZIP))
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    received: int = 0

    def add(self, packed: bytes) -> None:
        """Write the next piece of its gzip; of what is too much, one byte is enough to tell."""
        data = self.inflate.decompress(packed, self.size_bytes - self.received + 1)
        self.received += len(data)
        self.digest.update(data)
        self.out.write(data)

    def is_whole(self) -> bool:
        """Did all of it come, and nothing else?"""
        exact = self.inflate.eof and self.received == self.size_bytes
        return exact and self.digest.hexdigest() == self.sha256


def safe_path(folder: Path, name: str) -> Path:
    """Where a file of that name goes.

    Raises:
        MeasurementError: If the name would leave the folder.
    """
    if not NAME.fullmatch(name) or ".." in PurePosixPath(name).parts:
        raise MeasurementError(f"the leader sent a file named {name!r}: refused")
    return folder / name
