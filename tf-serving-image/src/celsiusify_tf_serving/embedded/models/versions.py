"""Which versions of a model there are on disk, and which of them should be served."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

VERSION_NAME = re.compile(r"[0-9]+", re.ASCII)
MAX_VERSION = 2**63 - 1


class VersionPolicy(Protocol):
    """Chooses the versions to serve."""

    def choose(self, versions: Iterable[int]) -> set[int]:
        """Choose from the versions that exist."""


@dataclass(frozen=True)
class Latest:
    """The highest versions."""

    count: int = 1

    def choose(self, versions: Iterable[int]) -> set[int]:
        """Choose the `count` highest."""
        return set(sorted(versions)[-self.count :])


@dataclass(frozen=True)
class Every:
    """All versions."""

    def choose(self, versions: Iterable[int]) -> set[int]:
        """Choose all."""
        return set(versions)


@dataclass(frozen=True)
class Specific:
    """The versions named."""

    wanted: frozenset[int]

    def choose(self, versions: Iterable[int]) -> set[int]:
        """Choose those that exist."""
        return set(versions) & self.wanted


def find_versions(base_path: Path) -> dict[int, Path]:
    """Return the folders under `base_path` that are named as a version.

    Raises:
        FileNotFoundError: If there is no such folder.
    """
    folders = {
        int(p.name): p for p in base_path.iterdir() if VERSION_NAME.fullmatch(p.name) and p.is_dir()
    }
    return {version: folder for version, folder in folders.items() if version <= MAX_VERSION}


def to_unload(loaded: Iterable[int], aspired: set[int], available: set[int]) -> set[int]:
    """Return the versions to unload so that the model stays available while its versions change.

    Args:
        loaded: Versions in memory.
        aspired: Versions that should be.
        available: Versions that serve.
    """
    if aspired and not aspired & available:
        return set()
    return set(loaded) - aspired
