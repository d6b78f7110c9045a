"""Is a round's record whole, and did the processes that made it keep up?"""

from collections.abc import Mapping, Sequence

import numpy as np

from celsiusify_load_tests.timeline import Timeline

_NS_PER_S = 1e9
_EARLY_S = 0.1  # by its own clock it never ends before its time


def quantiles(lag_us: Mapping[int, Sequence[int]]) -> dict[str, int] | None:
    """Sum up how late the event loops of all workers were.

    Args:
        lag_us: Each worker's samples, in µs.

    Returns:
        Median, 99th percentile and maximum over all samples; None if there is none. A quantile is
        a sample, the smallest that is at or above its share of them.
    """
    samples = np.concatenate([np.empty(0), *lag_us.values()])
    if not samples.size:
        return None
    p50, p99 = np.percentile(samples, (50, 99), method="inverted_cdf")
    return {"p50": int(p50), "p99": int(p99), "max": int(samples.max())}


def faults(timeline: Timeline, expected: int) -> list[str]:
    """Say what is missing from a record: processes that never ran, rows that were lost."""
    missing = expected - len(timeline.workers)
    absent = [f"{missing} of {expected} load processes never ran"] if missing else []
    return absent + timeline.problems


def cut_short(timeline: Timeline, run_time_s: float) -> list[str]:
    """Say that a load ended before its time, whatever ended it; nothing if it never was steady."""
    if timeline.steady_from_ns is None or timeline.steady_until_ns is None:
        return []
    lasted_s = (timeline.steady_until_ns - timeline.steady_from_ns) / _NS_PER_S
    early = lasted_s < run_time_s - _EARLY_S
    return [f"the load ended after {max(lasted_s, 0):.1f} of {run_time_s:g} s"] if early else []
