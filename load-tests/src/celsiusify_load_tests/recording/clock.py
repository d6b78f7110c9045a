"""Nanoseconds since the Unix epoch, from a clock that never steps."""

import os
import time

OFFSET_NS = "CELSIUSIFY_CLOCK_OFFSET_NS"
"""The environment variable that says how far this machine's clock is ahead of the one to follow."""

_LOOKS = 5


def epoch_ns() -> int:
    """What the monotonic clock read at the Unix epoch, negated, as the wall clock has it now.

    The two clocks can't be read at once. Of some readings of both, the closest is taken.
    """
    return min(_look() for _ in range(_LOOKS))[1]


def _look() -> tuple[int, int]:
    """How long it took to read both clocks, and how far they are apart."""
    before_ns, wall_ns, after_ns = time.perf_counter_ns(), time.time_ns(), time.perf_counter_ns()
    return after_ns - before_ns, wall_ns - (before_ns + after_ns) // 2


# Set once a process, and kept by processes forked from it, so that its workers share one time
# scale.
_EPOCH_NS = epoch_ns() - int(os.environ.get(OFFSET_NS) or 0)


def now_ns() -> int:
    """Nanoseconds since the Unix epoch; differences hold even if the wall clock is set."""
    return time.perf_counter_ns() + _EPOCH_NS
