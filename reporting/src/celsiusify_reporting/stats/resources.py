"""CPU time and memory of the target and of the load generator, round by round."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from celsiusify_reporting.stats.counts import count
from celsiusify_reporting.stats.target_data import Window


class CpuProblem(StrEnum):
    """The reason why the CPU time of a process is unknown."""

    TOO_FEW_SAMPLES = "too_few_samples"
    NOT_RECORDED = "not_recorded"
    RESTARTED = "restarted"


@dataclass(frozen=True)
class Process:
    """The resources of a process tree within steady windows; None for what is unknown.

    Attributes:
        role: `target` or `worker-N`.
        mean_percent: The CPU time between the first and the last sample, in percent of a core.
        peak_percent: The highest CPU time between two samples, in percent of a core.
        max_rss_mib: The highest resident memory of a sample, in MiB.
        cpu_problem: The reason why CPU time is unknown.
    """

    role: str
    mean_percent: float | None
    peak_percent: float | None
    max_rss_mib: float | None
    cpu_problem: CpuProblem | None


def examine(usage: pd.DataFrame, role: str, windows: Sequence[Window]) -> Process:
    """Compute the resources of a role, whose process may differ between windows."""
    samples = [_samples(usage, role, window) for window in windows]
    rss = pd.concat(samples)["rss_bytes"].max()
    max_rss_mib = None if np.isnan(rss) else float(rss) / 2**20
    problems = [problem for part in samples if (problem := _cpu_problem(part))]
    if problems:
        return Process(role, None, None, max_rss_mib, problems[0])
    seconds = np.concatenate([np.diff(part["time_ns"].to_numpy()) / 1e9 for part in samples])
    used = np.concatenate([np.diff(part["cpu_s"].to_numpy()) for part in samples])
    mean, peak = used.sum() / seconds.sum(), (used / seconds).max()
    return Process(role, 100 * float(mean), 100 * float(peak), max_rss_mib, None)


def workers(usage: pd.DataFrame, windows: Sequence[Window]) -> tuple[Process, ...]:
    """Compute the resources of each load-generating process, by number."""
    roles = {role for role in usage["role"] if role != "target"}
    return tuple(
        examine(usage, role, windows)
        for role in sorted(roles, key=lambda role: int(role.removeprefix("worker-")))
    )


def cpu_s_per(
    requests: int, rows: pd.DataFrame, usage: pd.DataFrame, windows: Sequence[Window]
) -> float | None:
    """Return the target's CPU seconds for some finished requests; None if unknown.

    CPU time and requests cover the same time, from the first to the last sample in each window.
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


def _cpu_problem(samples: pd.DataFrame) -> CpuProblem | None:
    if len(samples) < 2:
        return CpuProblem.TOO_FEW_SAMPLES
    if samples["cpu_s"].isna().any():
        return CpuProblem.NOT_RECORDED
    if samples["pid"].nunique() > 1 or (samples["cpu_s"].diff() < 0).any():
        return CpuProblem.RESTARTED
    return None
