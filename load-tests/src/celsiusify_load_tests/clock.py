"""Nanoseconds since the Unix epoch, from a clock that never steps."""

import time

# Set once a process, and kept by processes forked from it, so that its workers share one time
# scale.
_EPOCH_NS = time.time_ns() - time.perf_counter_ns()


def now_ns() -> int:
    """Nanoseconds since the Unix epoch; differences hold even if the wall clock is set."""
    return time.perf_counter_ns() + _EPOCH_NS
