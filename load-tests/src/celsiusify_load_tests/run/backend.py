"""Who makes a load: processes of this machine alone, or with workers on others."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from celsiusify_load_tests.host.cgroup import throttled_s
from celsiusify_load_tests.host.processes import runs
from celsiusify_load_tests.recording.events import is_closed, read_timeline


@dataclass(frozen=True)
class LoadResult:
    """How a load ended.

    Attributes:
        problem: What went wrong in one line, None if nothing.
        throttled_s: How long its processes were held back by a quota of CPU; None if unknown.
        clock_offset_ms: By worker on another machine, its clock's offset `before` and `after`.
    """

    problem: str | None = None
    throttled_s: float | None = None
    clock_offset_ms: Mapping[str, Mapping[str, float | None]] | None = None


class LoadBackend(Protocol):
    """Makes one load after the other.

    Attributes:
        is_here: Whether its processes run on this machine.
    """

    @property
    def is_here(self) -> bool: ...  # noqa: D102 - the class tells

    def begin(self, processes: int, spool: Path) -> list[str]:
        """Get ready to make a load, and return what Locust here must be told of it.

        Args:
            processes: How many processes make it, in all.
            spool: Where the record of all of them must come to.
        """

    def problem(self) -> str | None:
        """Say why the load under way must end, None if it needn't."""

    def end(self) -> LoadResult:
        """Wait until the record is there, once Locust here has ended."""


class LocalBackend:
    """Processes of this machine."""

    is_here = True

    def __init__(self) -> None:
        self._throttled_s: float | None = None
        self._processes = 1
        self._spool = Path()
        self._pids: dict[int, int] = {}

    def begin(self, processes: int, spool: Path) -> list[str]:
        """One process needs no port; several meet at a free one, not at Locust's usual one."""
        self._throttled_s = throttled_s()
        self._processes, self._spool, self._pids = processes, spool, {}
        if processes == 1:
            return []
        port = _free_port()
        return [f"--processes={processes}", f"--master-bind-port={port}", f"--master-port={port}"]

    def problem(self) -> str | None:
        """Say which of several processes broke off: Locust itself would let the others go on."""
        if self._processes == 1:
            return None
        if len(self._pids) < self._processes:
            self._pids = read_timeline(self._spool).workers
        for number, pid in self._pids.items():
            if not runs(pid) and not is_closed(self._spool, number):
                return f"load process {number} broke off"
        return None

    def end(self) -> LoadResult:
        """Nothing is on its way."""
        return LoadResult(throttled_s=since(self._throttled_s))


def since(before_s: float | None) -> float | None:
    """How long this process was held back by its quota since that was `before_s`."""
    now_s = throttled_s()
    return None if before_s is None or now_s is None else round(now_s - before_s, 3)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
