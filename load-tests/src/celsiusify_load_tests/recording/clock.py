"""Read nanoseconds since the Unix epoch from a clock that never steps."""

import os
import time

OFFSET_NS = "CELSIUSIFY_CLOCK_OFFSET_NS"
"""The environment variable with the offset of this machine's clock from the leader's, in ns."""

_LOOKS = 5


def epoch_ns() -> int:
    """Return the wall clock's time minus the monotonic clock's.

    The two clocks can't be read at once. Of several pairs of readings, the closest pair counts.
    """
    return min(_look() for _ in range(_LOOKS))[1]


def _look() -> tuple[int, int]:
    """Return the time that reading both clocks took, and their difference."""
    before_ns, wall_ns, after_ns = time.perf_counter_ns(), time.time_ns(), time.perf_counter_ns()
    return after_ns - before_ns, wall_ns - (before_ns + after_ns) // 2


# Set once a process, and kept by processes forked from it, so that its workers share one time
# scale.
_EPOCH_NS = epoch_ns() - int(os.environ.get(OFFSET_NS) or 0)


def now_ns() -> int:
    """Return nanoseconds since the Unix epoch, steady even if the wall clock is set."""
    return time.perf_counter_ns() + _EPOCH_NS
