"""CPU time and memory of the target and of the load generator, round by round."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from celsiusify_reporting.stats.counts import count
from celsiusify_reporting.stats.window import Window


@dataclass(frozen=True)
class Process:
    """A process, or a process tree, within steady windows; None where it can't be known.

    Attributes:
        role: `target` or `worker-N`.
        mean_percent: CPU time used, as a share of a core, between the first and the last sample.
        peak_percent: The same between two samples, at its highest.
        max_rss_mib: The most resident memory that a sample saw, in MiB.
        cpu_problem: Why there is no CPU time.
    """

    role: str
    mean_percent: float | None
    peak_percent: float | None
    max_rss_mib: float | None
    cpu_problem: str | None


def examine(usage: pd.DataFrame, role: str, windows: Sequence[Window]) -> Process:
    """Sum up the samples of one role within some windows, in each of which it may be another."""
    samples = [_samples(usage, role, window) for window in windows]
    rss = pd.concat(samples)["rss_bytes"].max()
    max_rss_mib = None if np.isnan(rss) else float(rss) / 2**20
    if problem := next((found for one in samples if (found := _cpu_problem(one))), None):
        return Process(role, None, None, max_rss_mib, problem)
    seconds = np.concatenate([np.diff(one["time_ns"].to_numpy()) / 1e9 for one in samples])
    used = np.concatenate([np.diff(one["cpu_s"].to_numpy()) for one in samples])
    mean, peak = used.sum() / seconds.sum(), (used / seconds).max()
    return Process(role, 100 * float(mean), 100 * float(peak), max_rss_mib, None)


def workers(usage: pd.DataFrame, windows: Sequence[Window]) -> tuple[Process, ...]:
    """Sum up each load-generating process, in order of its number."""
    roles = {role for role in usage["role"] if role != "target"}
    return tuple(
        examine(usage, role, windows) for role in sorted(roles, key=lambda one: int(one[7:]))
    )


def cpu_s_per(
    requests: int, rows: pd.DataFrame, usage: pd.DataFrame, windows: Sequence[Window]
) -> float | None:
    """CPU seconds that the target used per that many finished requests.

    Both are taken between the first and the last sample in each window, so that they cover the
    same time: the cumulative CPU time's difference, over the requests that were due meanwhile.
    """
    finished, used = 0, 0.0
    for window in windows:
        samples = _samples(usage, "target", window)
        if _cpu_problem(samples):
            return None
        span = Window(int(samples["time_ns"].iloc[0]), int(samples["time_ns"].iloc[-1]))
        finished += count(span.rows(rows)).finished
        used += float(samples["cpu_s"].iloc[-1] - samples["cpu_s"].iloc[0])
    return requests * used / finished if finished else None


def _samples(usage: pd.DataFrame, role: str, window: Window) -> pd.DataFrame:
    within = window.rows(usage, "time_ns")
    return within[within["role"] == role].drop_duplicates("time_ns")


def _cpu_problem(samples: pd.DataFrame) -> str | None:
    if len(samples) < 2:
        return "fewer than two samples in the steady window"
    if samples["cpu_s"].isna().any():
        return "not recorded"
    if samples["pid"].nunique() > 1 or (samples["cpu_s"].diff() < 0).any():
        return "the process was started again"
    return None
