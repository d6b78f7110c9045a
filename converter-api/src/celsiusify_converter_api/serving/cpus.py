"""The number of processors that this process may use."""

import math
import os
from pathlib import Path

CGROUP_CPU_MAX = Path("/sys/fs/cgroup/cpu.max")


def quota(cpu_max: str) -> float:
    """Read a cgroup's limit, in processors; infinite if there is none.

    Source: Linux, Documentation/admin-guide/cgroup-v2.rst, "cpu.max": `$MAX $PERIOD`, both in µs.
    """
    maximum, _, period = cpu_max.partition(" ")
    return math.inf if maximum == "max" else int(maximum) / int(period)


def usable_cpus() -> int:
    """Count the processors this process may run on, within its container's limit; at least 1."""
    allowed = len(os.sched_getaffinity(0))
    if not CGROUP_CPU_MAX.exists():
        return allowed
    return max(1, math.ceil(min(allowed, quota(CGROUP_CPU_MAX.read_text()))))
