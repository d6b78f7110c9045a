"""Keep the server's processor cores and the load generator's apart, where the machine allows.

The cores that this process may use are split in two: the first half serves, the rest loads (of two
cores: core 0 serves, core 1 loads; of three, one serves and two load). Hardware threads of one
physical core stay on the same side as far as that can be.
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
    """Which cores serve and which load; None where they share all."""

    target: list[int] | None
    generator: list[int] | None

    @property
    def processes(self) -> int:
        """How many load-generating processes the generator's cores, or its quota of CPU, feed."""
        cores = len(self.generator) if self.generator else (os.cpu_count() or 1) // 2
        return max(1, min(cores, int(limit_cores() or cores)))


SHARED = Split(None, None)


def split(cores: Iterable[int]) -> Split:
    """Split cores between server and generator.

    Args:
        cores: Numbers of the cores, those of one physical core side by side.
    """
    ordered = list(cores)
    if len(ordered) < 2:
        return SHARED
    half = len(ordered) // 2
    return Split(sorted(ordered[:half]), sorted(ordered[half:]))


def for_load_on(hosts: Collection[str | None]) -> Split:
    """The split for servers at `hosts`, None for one that is started here.

    One that runs already isn't moved; where all run elsewhere, all cores are left to the load.
    """
    cores = available()
    if None in hosts:
        return split(cores)
    if any(is_local(host) for host in hosts if host):
        return Split(None, split(cores).generator)
    return Split(None, sorted(cores) or None)


def is_local(host: str) -> bool:
    """Whether `http://host:port` is on this machine, as its name says."""
    return urlsplit(host).hostname in LOCAL_NAMES


def available() -> list[int]:
    """The cores that this process may use, those of a physical core side by side; [] if unknown."""
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
    """Keep this thread, and the processes it starts meanwhile, on `cores`; None changes nothing."""
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
    """Move a process that runs already, with all its threads, to `cores`, if that is permitted."""
    if cores is None:
        return
    with suppress(psutil.Error, OSError):
        for thread in psutil.Process(pid).threads():
            os.sched_setaffinity(thread.id, cores)


def kept(pid: int | None, cores: list[int] | None) -> list[int] | None:
    """`cores`, if the system says that the process `pid` is kept on them; else None."""
    with suppress(OSError):
        if cores and pid and os.sched_getaffinity(pid) == set(cores):
            return cores
    return None
