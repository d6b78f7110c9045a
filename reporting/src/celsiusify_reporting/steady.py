"""From the requests that were due within steady windows to what they say."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from celsiusify_reporting import closed_loop, open_load, resources
from celsiusify_reporting.failures import failures
from celsiusify_reporting.latency import distribution, latencies_ns, summarise
from celsiusify_reporting.measurement import Steady
from celsiusify_reporting.method import Method
from celsiusify_reporting.run import Run
from celsiusify_reporting.throughput import count, throughput
from celsiusify_reporting.window import Window


def examine(
    run: Run,
    windows: Sequence[Window],
    rows: pd.DataFrame,
    usage: pd.DataFrame | None,
    method: Method,
    rate_rps: float | None,
) -> Steady:
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
    return Steady(
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
