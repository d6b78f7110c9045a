"""Separate the server's processor cores from the load generator's.

The usable cores are split in two: the first half serves, the rest generates the load. Of two cores,
core 0 serves and core 1 generates; of three cores, one serves and two generate. Hardware threads of
one physical core stay together if possible.
"""

import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from celsiusify_load_tests.host.cgroup import limit_cores

LOCAL_NAMES = ("127.0.0.1", "localhost", "::1")
TOPOLOGY = "/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list"


@dataclass(frozen=True)
class Split:
    """The cores of the server and of the load generator; None if they share all cores."""

    target: list[int] | None
    generator: list[int] | None

    @property
    def processes(self) -> int:
        """The number of load-generating processes that the cores or the CPU quota allow."""
        cores = len(self.generator) if self.generator else (os.cpu_count() or 1) // 2
        return max(1, min(cores, int(limit_cores() or cores)))


SHARED = Split(None, None)


def split(cores: Iterable[int]) -> Split:
    """Split cores between server and generator.

    Args:
        cores: The numbers of the cores; hardware threads of one physical core are adjacent.
    """
    ordered = list(cores)
    if len(ordered) < 2:
        return SHARED
    half = len(ordered) // 2
    return Split(sorted(ordered[:half]), sorted(ordered[half:]))


def for_load_on(hosts: Collection[str | None]) -> Split:
    """Return the split for servers at `hosts`; None in `hosts` is a server started here.

    A server that is already running isn't moved. If all servers run on other machines, the load
    generator gets all cores.
    """
    cores = available()
    if None in hosts:
        return split(cores)
    if any(is_local(host) for host in hosts if host):
        return Split(None, split(cores).generator)
    return Split(None, sorted(cores) or None)


def is_local(host: str) -> bool:
    """Return True if the name in `http://host:port` is one of this machine's."""
    return urlsplit(host).hostname in LOCAL_NAMES


def available() -> list[int]:
    """Return the usable cores, hardware threads of one core adjacent; [] if unknown."""
    if not hasattr(os, "sched_getaffinity"):
        return []
    return sorted(os.sched_getaffinity(0), key=lambda core: (_first_sibling(core), core))


def _first_sibling(core: int) -> int:
    with suppress(OSError, ValueError):
        siblings = Path(TOPOLOGY.format(core)).read_text(encoding="ascii")
        return int(siblings.replace("-", ",").split(",")[0])
    return core


@contextmanager
def kept_on(cores: list[int] | None) -> Iterator[None]:
    """Pin this thread and the processes it starts to `cores`; None changes nothing."""
    if cores is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def keep_process_on(pid: int, cores: list[int] | None) -> None:
    """Pin all threads of a running process to `cores`, if that is permitted."""
    if cores is None:
        return
    with suppress(psutil.Error, OSError):
        for thread in psutil.Process(pid).threads():
            os.sched_setaffinity(thread.id, cores)


def kept(pid: int | None, cores: list[int] | None) -> list[int] | None:
    """Return `cores` if the process `pid` is pinned to them, else None."""
    with suppress(OSError):
        if cores and pid and os.sched_getaffinity(pid) == set(cores):
            return cores
    return None
