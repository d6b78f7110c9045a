"""What could not be measured of a target, in words."""

from collections.abc import Iterator, Sequence

import pandas as pd

from celsiusify_reporting.stats.model import Round
from celsiusify_reporting.stats.window_stats import WindowStats


def unmeasured(rounds: Sequence[Round], window_stats: WindowStats | None) -> Iterator[str]:
    """Which requests are missing, and why."""
    for one in rounds:
        yield from _unmeasured_round(one)
    if window_stats is not None and not window_stats.counts.started:
        yield "no request started within the steady window"


def _unmeasured_round(one: Round) -> Iterator[str]:
    record = one.record
    if one.counting is None:
        yield f"nothing was measured in round {record.round}"
    elif one.window_stats is None:
        yield (
            f"no statistics of round {record.round}: it has no steady window, from when all users "
            f"were running (steady_from_ns {record.steady_from_ns}) until they were told to stop "
            f"(steady_until_ns {record.steady_until_ns})"
        )


def missing(
    name: str,
    usage: pd.DataFrame | None,
    users: pd.DataFrame | None,
    window_stats: WindowStats | None,
    *,
    pods: bool = False,
) -> Iterator[str]:
    """What else is missing: samples of a file, or of a process; pods are sampled instead."""
    if users is None:
        yield f"no users over time: there is no {name}_users.csv"
    if usage is None:
        yield f"no CPU time and no memory: there is no {name}_usage.csv"
    elif window_stats:
        if (usage["role"] == "target").any():
            yield from _missing_of_target(window_stats)
        elif not pods:
            yield "no CPU time and no memory of the target: its processes were out of reach"
        yield from _missing_of_workers(window_stats)


def _missing_of_target(window_stats: WindowStats) -> Iterator[str]:
    if window_stats.process and window_stats.process.cpu_problem:
        yield f"no CPU time of the target: {window_stats.process.cpu_problem}"
    if window_stats.process and window_stats.process.max_rss_mib is None:
        yield "no memory of the target: not recorded"


def _missing_of_workers(window_stats: WindowStats) -> Iterator[str]:
    if not window_stats.workers:
        yield "no CPU time of the load generator: not recorded"
    for worker in window_stats.workers:
        if worker.cpu_problem:
            yield f"no CPU time of {worker.role}: {worker.cpu_problem}"
