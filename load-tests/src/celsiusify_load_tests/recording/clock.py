"""Read nanoseconds since the Unix epoch from a clock that never steps."""

import os
import time

OFFSET_NS = "CELSIUSIFY_CLOCK_OFFSET_NS"
"""The environment variable with the offset of this machine's clock from the leader's, in ns."""

_READINGS = 5


def epoch_ns() -> int:
    """Return the wall clock's time minus the monotonic clock's.

    The two clocks can't be read at the same time. The closest of several pairs of readings counts.
    """
    return min(_read_both() for _ in range(_READINGS))[1]


def _read_both() -> tuple[int, int]:
    """Return the time that reading both clocks took, and their difference."""
    before_ns, wall_ns, after_ns = time.perf_counter_ns(), time.time_ns(), time.perf_counter_ns()
    return after_ns - before_ns, wall_ns - (before_ns + after_ns) // 2


# Set once in a process and inherited by forked processes, so that all workers share one time scale.
_EPOCH_NS = epoch_ns() - int(os.environ.get(OFFSET_NS) or 0)


def now_ns() -> int:
    """Return nanoseconds since the Unix epoch, steady even if the wall clock is set."""
    return time.perf_counter_ns() + _EPOCH_NS
