"""From the rows of a target to what they say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from celsiusify_reporting import closed_loop, resources
from celsiusify_reporting.counting import reconcile
from celsiusify_reporting.failures import failures
from celsiusify_reporting.latency import distribution, latencies_ns, summarise
from celsiusify_reporting.measurement import Measurement, Steady
from celsiusify_reporting.method import Method
from celsiusify_reporting.run import Run, Target
from celsiusify_reporting.seconds import Second, each_second, history
from celsiusify_reporting.throughput import count, throughput
from celsiusify_reporting.window import Window, steady_window


@dataclass(frozen=True)
class Samples:
    """What was recorded of one target; None where a file isn't there."""

    requests: pd.DataFrame | None
    usage: pd.DataFrame | None
    users: pd.DataFrame | None


@dataclass(frozen=True)
class Measured:
    """A measurement, with the rows and the seconds that it was made from."""

    measurement: Measurement
    requests: pd.DataFrame | None = None
    steady_rows: pd.DataFrame | None = None
    seconds: tuple[Second, ...] = ()


def measure(run: Run, name: str, samples: Samples, method: Method) -> Measured:
    """Measure one target of a run."""
    target = run.targets[name]
    rows = samples.requests
    if rows is None:
        reasons = (f"nothing was measured: no request stands in {name}_requests.parquet",)
        return Measured(Measurement(name, target, None, None, None, reasons))
    window = steady_window(target.steady_from_ns, target.steady_until_ns)
    seconds = tuple(each_second(rows, samples.users, window, target.started_ns))
    steady_rows = window.rows(rows) if window else rows.iloc[:0]
    steady = _steady(run, window, steady_rows, samples.usage, method) if window else None
    measurement = Measurement(
        name=name,
        target=target,
        counting=reconcile(count(rows), target.counts),
        steady=steady,
        history=history(
            rows, list(seconds), window.from_ns if window else seconds[0].from_ns, method
        ),
        missing=tuple(_missing(name, target, samples, steady)),
    )
    return Measured(measurement, rows, steady_rows if window else None, seconds)


def _steady(
    run: Run, window: Window, rows: pd.DataFrame, usage: pd.DataFrame | None, method: Method
) -> Steady:
    counts = count(rows)
    latencies = latencies_ns(rows, "succeeded")
    return Steady(
        window=window,
        seconds=window.seconds,
        counts=counts,
        throughput=throughput(counts, window.seconds),
        latency=summarise(latencies, method),
        distribution=distribution(latencies),
        failures=failures(rows),
        process=None if usage is None else resources.examine(usage, "target", window),
        workers=() if usage is None else resources.workers(usage, window),
        cpu_s_per_requests=(
            None if usage is None else resources.cpu_s_per(method.per_requests, rows, usage, window)
        ),
        closed_loop=_closed_loop(run, window, rows),
        instances=int(rows["instance"].nunique()) or None,
    )


def _closed_loop(run: Run, window: Window, rows: pd.DataFrame) -> closed_loop.ClosedLoop | None:
    if run.load.model != "closed":
        return None
    return closed_loop.examine(rows, window.seconds, run.profile.users, run.profile.think_time_s)


def _missing(name: str, target: Target, samples: Samples, steady: Steady | None) -> Iterator[str]:
    if steady is None:
        yield (
            "no statistics: it has no steady window, from when all users were running "
            f"(steady_from_ns {target.steady_from_ns}) until they were told to stop "
            f"(steady_until_ns {target.steady_until_ns})"
        )
    elif not steady.counts.started:
        yield "no request started within the steady window"
    if samples.users is None:
        yield f"no users over time: there is no {name}_users.csv"
    if samples.usage is None:
        yield f"no CPU time and no memory: there is no {name}_usage.csv"
    elif steady:
        yield from _missing_usage(steady)


def _missing_usage(steady: Steady) -> Iterator[str]:
    if steady.process and steady.process.cpu_problem:
        yield f"no CPU time of the target: {steady.process.cpu_problem}"
    if steady.process and steady.process.max_rss_mib is None:
        yield "no memory of the target: not recorded"
    if not steady.workers:
        yield "no CPU time of the load generator: not recorded"
    for worker in steady.workers:
        if worker.cpu_problem:
            yield f"no CPU time of {worker.role}: {worker.cpu_problem}"
