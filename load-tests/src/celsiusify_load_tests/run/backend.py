"""Make loads by processes of this machine alone; `distributed` adds workers."""

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
    """The end of a load.

    Attributes:
        problem: The problem in one line; None without one.
        throttled_s: The time for which a CPU quota throttled the load's processes; None if unknown.
        clock_offset_ms: By worker on another machine, its clock's offset `before` and `after`.
    """

    problem: str | None = None
    throttled_s: float | None = None
    clock_offset_ms: Mapping[str, Mapping[str, float | None]] | None = None


class LoadBackend(Protocol):
    """A maker of loads, one after the other.

    Attributes:
        is_here: Whether its processes run on this machine.
    """

    @property
    def is_here(self) -> bool: ...  # noqa: D102 - the class tells

    def begin(self, processes: int, spool: Path) -> list[str]:
        """Prepare a load, and return the additional options for Locust on this machine.

        Args:
            processes: The number of load-generating processes in all.
            spool: The recording folder, to which the records of all processes come.
        """

    def problem(self) -> str | None:
        """Return the reason why the current load must end, None without one."""

    def end(self) -> LoadResult:
        """Wait for the records after Locust on this machine has ended."""


class LocalBackend:
    """The processes of this machine."""

    is_here = True

    def __init__(self) -> None:
        self._throttled_s: float | None = None
        self._processes = 1
        self._spool = Path()
        self._pids: dict[int, int] = {}

    def begin(self, processes: int, spool: Path) -> list[str]:
        """Return Locust's options: several processes use a free port, not Locust's usual one."""
        self._throttled_s = throttled_s()
        self._processes, self._spool, self._pids = processes, spool, {}
        if processes == 1:
            return []
        port = _free_port()
        return [f"--processes={processes}", f"--master-bind-port={port}", f"--master-port={port}"]

    def problem(self) -> str | None:
        """Return which of several processes died: Locust itself would let the others continue."""
        if self._processes == 1:
            return None
        if len(self._pids) < self._processes:
            self._pids = read_timeline(self._spool).workers
        for number, pid in self._pids.items():
            if not runs(pid) and not is_closed(self._spool, number):
                return f"load process {number} broke off"
        return None

    def end(self) -> LoadResult:
        """Return the result; all records are here already."""
        return LoadResult(throttled_s=since(self._throttled_s))


def since(before_s: float | None) -> float | None:
    """Return the time for which a CPU quota throttled this process since it was `before_s`."""
    now_s = throttled_s()
    return None if before_s is None or now_s is None else round(now_s - before_s, 3)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
