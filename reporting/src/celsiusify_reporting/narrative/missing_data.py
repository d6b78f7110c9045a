"""What could not be measured of a target, in words."""

from collections.abc import Iterator, Sequence

import pandas as pd

from celsiusify_reporting.stats.model import Round
from celsiusify_reporting.stats.window_stats import Steady


def unmeasured(rounds: Sequence[Round], steady: Steady | None) -> Iterator[str]:
    """Which requests are missing, and why."""
    for one in rounds:
        yield from _unmeasured_round(one)
    if steady is not None and not steady.counts.started:
        yield "no request started within the steady window"


def _unmeasured_round(one: Round) -> Iterator[str]:
    record = one.record
    if one.counting is None:
        yield f"nothing was measured in round {record.round}"
    elif one.steady is None:
        yield (
            f"no statistics of round {record.round}: it has no steady window, from when all users "
            f"were running (steady_from_ns {record.steady_from_ns}) until they were told to stop "
            f"(steady_until_ns {record.steady_until_ns})"
        )


def missing(
    name: str,
    usage: pd.DataFrame | None,
    users: pd.DataFrame | None,
    steady: Steady | None,
    *,
    pods: bool = False,
) -> Iterator[str]:
    """What else is missing: samples of a file, or of a process; pods are sampled instead."""
    if users is None:
        yield f"no users over time: there is no {name}_users.csv"
    if usage is None:
        yield f"no CPU time and no memory: there is no {name}_usage.csv"
    elif steady:
        if (usage["role"] == "target").any():
            yield from _missing_of_target(steady)
        elif not pods:
            yield "no CPU time and no memory of the target: its processes were out of reach"
        yield from _missing_of_workers(steady)


def _missing_of_target(steady: Steady) -> Iterator[str]:
    if steady.process and steady.process.cpu_problem:
        yield f"no CPU time of the target: {steady.process.cpu_problem}"
    if steady.process and steady.process.max_rss_mib is None:
        yield "no memory of the target: not recorded"


def _missing_of_workers(steady: Steady) -> Iterator[str]:
    if not steady.workers:
        yield "no CPU time of the load generator: not recorded"
    for worker in steady.workers:
        if worker.cpu_problem:
            yield f"no CPU time of {worker.role}: {worker.cpu_problem}"
