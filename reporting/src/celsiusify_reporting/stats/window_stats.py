"""Compute the statistics of the requests that were due in steady windows."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from celsiusify_reporting.stats import closed_loop, open_load, resources
from celsiusify_reporting.stats.closed_loop import ClosedLoop
from celsiusify_reporting.stats.counts import (
    Counts,
    Failure,
    Throughput,
    count,
    failures,
    throughput,
)
from celsiusify_reporting.stats.latency import (
    Distribution,
    Latency,
    distribution,
    latencies_ns,
    summarise,
)
from celsiusify_reporting.stats.open_load import OpenLoad
from celsiusify_reporting.stats.resources import Process
from celsiusify_reporting.stats.target_data import TargetData, Window


@dataclass(frozen=True)
class WindowStats:
    """The statistics of requests that were due in steady windows.

    Attributes:
        seconds: The total length of the windows.
        latency: The latencies of requests that succeeded; None if none did.
        distribution: The distribution of these latencies.
        cpu_s_per_requests: CPU seconds of the target per `Method.per_requests` finished requests.
        process: The target's processes.
        workers: The load-generating processes.
        closed_loop: The limits of a closed load; None for an open load.
        open_load: The delivery of an open load; None for a closed load.
        response_bytes: The mean length of an answer's body.
        instances: The most instances of the target that answered in a round; None if answers don't
            name their instance.
    """

    seconds: float
    counts: Counts
    throughput: Throughput
    latency: Latency | None
    distribution: Distribution | None
    failures: tuple[Failure, ...]
    process: Process | None
    workers: tuple[Process, ...]
    cpu_s_per_requests: float | None
    closed_loop: ClosedLoop | None
    open_load: OpenLoad | None
    response_bytes: float | None
    instances: int | None

    def percentile_ms(self, percent: float) -> float | None:
        """Return a percentile of the latencies, or None if too few requests succeeded."""
        return self.latency.at(percent).ms if self.latency else None

    @property
    def generator_percent(self) -> float | None:
        """CPU of the busiest load-generating process, in percent of a core."""
        known = [worker.mean_percent for worker in self.workers if worker.mean_percent is not None]
        return max(known, default=None)


def window_stats(
    data: TargetData, windows: Sequence[Window], rows: pd.DataFrame, rate_rps: float | None
) -> WindowStats:
    """Compute the statistics of some requests of a target.

    Args:
        data: The target's data.
        windows: The windows, of one round or of several.
        rows: The requests that were due in the windows.
        rate_rps: The rate of an open load; None for the rate of the whole run.
    """
    counts = count(rows)
    latencies = latencies_ns(rows, "succeeded")
    seconds = sum(window.seconds for window in windows)
    answered = rows.loc[rows["latency_ns"].notna(), "bytes"]
    is_closed = data.run.load.model == "closed"
    usage, method = data.usage, data.method
    return WindowStats(
        seconds=seconds,
        counts=counts,
        throughput=throughput(counts, seconds),
        latency=summarise(latencies, method),
        distribution=distribution(latencies),
        failures=failures(rows),
        process=None if usage is None else resources.examine(usage, "target", windows),
        workers=() if usage is None else resources.workers(usage, windows),
        cpu_s_per_requests=(
            None
            if usage is None
            else resources.cpu_s_per(method.per_requests, rows, usage, windows)
        ),
        closed_loop=_closed_loop(data, seconds, rows) if is_closed else None,
        open_load=None if is_closed else _open_load(data, seconds, rows, rate_rps),
        response_bytes=None if answered.empty else float(answered.mean()),
        instances=_instances(rows),
    )


def _closed_loop(data: TargetData, seconds: float, rows: pd.DataFrame) -> ClosedLoop | None:
    load = data.run.load
    return closed_loop.examine(rows, seconds, load.users, load.think_time_s)


def _open_load(
    data: TargetData, seconds: float, rows: pd.DataFrame, rate_rps: float | None
) -> OpenLoad | None:
    return open_load.examine(rows, seconds, rate_rps or data.run.load.rate_rps, data.method)


def _instances(rows: pd.DataFrame) -> int | None:
    """Return the most instances in a round: an instance that restarts has a new name."""
    if rows.empty:
        return None
    return int(rows.groupby("round")["instance"].nunique().max()) or None
