"""Read the CPU quota and throttling of this process's control groups (cgroup v2).

`cpu.max` of a group has two times in microseconds, the quota and the period: "50000 100000" is
half a core. A process that has used the quota waits for the rest of the period. `cpu.stat` has the
total of these waits (Linux, Documentation/admin-guide/cgroup-v2.rst).
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")

_UNLIMITED = "max"
_US_PER_S = 1e6


def limit_cores(root: Path = ROOT, own: Path = OWN) -> float | None:
    """Return the CPU quota of this process in cores, None without a quota.

    Args:
        root: The folder where the groups are mounted.
        own: The file that names this process's group.
    """
    limits = [limit for group in _groups(root, own) if (limit := _limit(group)) is not None]
    return min(limits, default=None)


def throttled_s(root: Path = ROOT, own: Path = OWN) -> float | None:
    """Return the time for which this process's groups were throttled, None if unknown."""
    times_s = [time for group in _groups(root, own) if (time := _throttled(group)) is not None]
    return max(times_s, default=None)


def _groups(root: Path, own: Path) -> Iterator[Path]:
    """Yield the folders of this process's group and of its parents."""
    with suppress(OSError):
        for line in own.read_text(encoding="utf-8").splitlines():
            number, _, path = line.partition("::")
            if number == "0":  # cgroup v2's only hierarchy
                group = root / path.lstrip("/")
                yield group
                yield from (above for above in group.parents if above.is_relative_to(root))


def _limit(group: Path) -> float | None:
    with suppress(OSError, ValueError):
        quota, period = (group / "cpu.max").read_text(encoding="ascii").split()
        return None if quota == _UNLIMITED else float(quota) / float(period)
    return None


def _throttled(group: Path) -> float | None:
    with suppress(OSError, ValueError):
        lines = (group / "cpu.stat").read_text(encoding="ascii").splitlines()
        values = dict(line.split() for line in lines)
        if "throttled_usec" in values:
            return int(values["throttled_usec"]) / _US_PER_S
    return None
