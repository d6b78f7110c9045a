"""From the requests that were due within steady windows to what they say."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from celsiusify_reporting.inputs.run_json import Run
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
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.open_load import OpenLoad
from celsiusify_reporting.stats.resources import Process
from celsiusify_reporting.stats.window import Window


@dataclass(frozen=True)
class WindowStats:
    """What the requests that were due within the steady window of a round, or of several, say.

    Attributes:
        seconds: The windows' length.
        latency: Of those that succeeded, as is `distribution`; None where none did.
        cpu_s_per_requests: CPU seconds of the target per `Method.per_requests` finished requests.
        workers: The load-generating processes.
        closed_loop: Where a closed load limits the result; None for an open one.
        open_load: What was delivered of an open load; None for a closed one.
        response_bytes: The mean length of an answer's body.
        instances: How many instances of the target answered in a round, at most; None where they
            don't tell.
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
        """A percentile of the latencies, where there are enough of them."""
        return self.latency.at(percent).ms if self.latency else None

    @property
    def generator_percent(self) -> float | None:
        """CPU of the busiest load-generating process, as a share of a core."""
        known = [one.mean_percent for one in self.workers if one.mean_percent is not None]
        return max(known, default=None)


def examine(
    run: Run,
    windows: Sequence[Window],
    rows: pd.DataFrame,
    usage: pd.DataFrame | None,
    method: Method,
    rate_rps: float | None,
) -> WindowStats:
    """Sum up the requests of some rounds.

    Args:
        run: The run, whose load tells what may be examined.
        windows: The rounds' steady windows.
        rows: The requests that were due within them.
        usage: The target's samples of CPU time and memory, of any time; None where there are none.
        method: The choices that it rests on.
        rate_rps: The rate of an open load; None for that of the whole run.
    """
    counts = count(rows)
    latencies = latencies_ns(rows, "succeeded")
    seconds = sum(window.seconds for window in windows)
    answered = rows.loc[rows["latency_ns"].notna(), "bytes"]
    closed = run.load.model == "closed"
    rate = rate_rps or run.load.rate_rps
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
        closed_loop=_closed_loop(run, seconds, rows) if closed else None,
        open_load=None if closed else open_load.examine(rows, seconds, rate, method),
        response_bytes=None if answered.empty else float(answered.mean()),
        instances=_instances(rows),
    )


def _instances(rows: pd.DataFrame) -> int | None:
    """How many answered in a round, at most: an instance that is started anew has a new name."""
    if rows.empty:
        return None
    return int(rows.groupby("round")["instance"].nunique().max()) or None


def _closed_loop(run: Run, seconds: float, rows: pd.DataFrame) -> closed_loop.ClosedLoop | None:
    return closed_loop.examine(rows, seconds, run.profile.users, run.profile.think_time_s)
