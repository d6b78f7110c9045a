"""Measure a target, from its samples to the statistics of its rounds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from celsiusify_reporting.inputs.run_json import RoundRecord
from celsiusify_reporting.stats import segments, stationarity
from celsiusify_reporting.stats.counts import count, pool, reconcile
from celsiusify_reporting.stats.model import Measurement, MissingCode, MissingData, Round
from celsiusify_reporting.stats.scaling.pipeline import Scaling, examine_scaling
from celsiusify_reporting.stats.scaling.replicas import ready_within
from celsiusify_reporting.stats.scaling.timeline import LoadSeconds
from celsiusify_reporting.stats.stationarity import Stationarity
from celsiusify_reporting.stats.target_data import TargetData, Window, steady_window
from celsiusify_reporting.stats.timeseries import Second, cut_into_seconds, history, whole_seconds
from celsiusify_reporting.stats.window_stats import WindowStats, window_stats


@dataclass(frozen=True)
class MeasuredRound:
    """A round, with the requests of its window and the seconds of its load."""

    round: Round
    window_rows: pd.DataFrame | None = None
    seconds: tuple[Second, ...] = ()
    whole_seconds: tuple[Second, ...] = ()


@dataclass(frozen=True)
class Measured:
    """A measurement, with the requests and the seconds that it was computed from."""

    measurement: Measurement
    requests: pd.DataFrame | None = None
    window_rows: pd.DataFrame | None = None
    seconds: tuple[Second, ...] = ()


def measure(data: TargetData) -> Measured:
    """Measure a target of a run."""
    parts = [_measure_round(record, data) for record in data.target.rounds]
    rounds = tuple(part.round for part in parts)
    rows, stats = _pooled(parts, data)
    counted = [round_.counting for round_ in rounds if round_.counting]
    measurement = Measurement(
        name=data.name,
        target=data.target,
        rounds=rounds,
        counting=pool(counted) if counted else None,
        window_stats=stats,
        unmeasured=tuple(_missing_requests(data, rounds, stats)),
        missing=tuple(_missing_samples(data, stats)),
        **vars(_scaling(parts, data)),
    )
    return Measured(measurement, data.requests, rows, tuple(_all_seconds(parts, data)))


def _measure_round(record: RoundRecord, target: TargetData) -> MeasuredRound:
    """Measure a round as far as its samples allow."""
    data = target.of_round(record.round)
    rows = data.requests
    if rows is None or rows.empty:
        return MeasuredRound(Round(record, None, None, None, None, None))
    planned = steady_window(record.steady_from_ns, record.steady_until_ns)
    seconds = tuple(cut_into_seconds(rows, data.users, planned, record.started_ns))
    whole = tuple(whole_seconds(seconds, rows, planned))
    window, drift = _settled(record, rows, planned, data)
    window_rows = window.rows(rows) if window else None
    round_ = Round(
        record=record,
        window=window,
        counting=reconcile(count(rows), record.counts),
        window_stats=_round_stats(record, window, window_rows, data),
        stationarity=drift,
        history=history(
            rows, whole, planned.from_ns if planned else seconds[0].from_ns, data.method
        ),
        steps=segments.steps_of_round(record, data) or None,
        replicas=ready_within(data.scale, window),
    )
    return MeasuredRound(round_, window_rows, seconds, whole)


def _settled(
    record: RoundRecord, rows: pd.DataFrame, planned: Window | None, data: TargetData
) -> tuple[Window | None, Stationarity | None]:
    """Return a window without the warm-up left in it, and its stationarity.

    Steps of a search are short, judged as a whole by the search, and repeated. Steps of a schedule
    differ on purpose, and are judged one by one.
    """
    if planned is None or data.run.kind != "loads" or record.steps:
        return planned, None
    batches = stationarity.batches(planned.rows(rows), planned, data.method)
    return stationarity.examine(batches, planned, data.method)


def _round_stats(
    record: RoundRecord, window: Window | None, rows: pd.DataFrame | None, data: TargetData
) -> WindowStats | None:
    if window is None or rows is None:
        return None
    rate_rps = segments.mean_rate_rps(record) or record.rate_rps
    return window_stats(data, [window], rows, rate_rps)


def _pooled(
    parts: Sequence[MeasuredRound], data: TargetData
) -> tuple[pd.DataFrame | None, WindowStats | None]:
    """Return the requests in the windows of all pooled rounds, and their statistics."""
    pooled = [part for part in parts if part.window_rows is not None and _is_pooled(part, data)]
    if not pooled:
        return None, None
    rows = pd.concat([part.window_rows for part in pooled])
    windows = [part.round.window for part in pooled if part.round.window]
    rate_rps = segments.mean_rate_rps(pooled[0].round.record)
    return rows, window_stats(data, windows, rows, rate_rps)


def _is_pooled(part: MeasuredRound, data: TargetData) -> bool:
    """Return True if a round is pooled; in a search, if it confirmed the capacity."""
    if data.run.kind == "loads":
        return True
    capacity = (data.run.capacity or {}).get(data.name)
    record = part.round.record
    return (
        capacity is not None and record.phase == "confirm" and record.rate_rps == capacity.rate_rps
    )


def _scaling(parts: Sequence[MeasuredRound], data: TargetData) -> Scaling:
    # The rates of a search are many and short: replicas can't follow them.
    if data.run.kind != "loads" or data.requests is None:
        return Scaling()
    loads = [
        LoadSeconds(part.whole_seconds, part.round.history) for part in parts if part.round.history
    ]
    return examine_scaling(data, loads)


def _all_seconds(parts: Sequence[MeasuredRound], data: TargetData) -> Iterator[Second]:
    """Return the seconds of all rounds, with indexes into the rows of all rounds."""
    if data.requests is None:
        return
    numbers = [part.round.record.round for part in parts]
    firsts = np.searchsorted(data.requests["round"].to_numpy(), numbers)
    for first, part in zip(firsts, parts, strict=True):
        for second in part.seconds:
            yield replace(second, first=second.first + int(first), after=second.after + int(first))


def _missing_requests(
    data: TargetData, rounds: Sequence[Round], stats: WindowStats | None
) -> Iterator[MissingData]:
    """Find out which requests are missing."""
    if data.requests is None:
        file = f"{data.name}_requests.parquet"
        yield MissingData(MissingCode.NO_REQUESTS_RECORDED, figures={"file": file})
        return
    for round_ in rounds:
        yield from _missing_of_round(round_)
    if stats is not None and not stats.counts.started:
        yield MissingData(MissingCode.NO_REQUEST_IN_WINDOW)


def _missing_of_round(round_: Round) -> Iterator[MissingData]:
    record = round_.record
    if round_.counting is None:
        yield MissingData(MissingCode.ROUND_NOT_MEASURED, record.round)
    elif round_.window_stats is None:
        yield MissingData(
            MissingCode.NO_STEADY_WINDOW,
            record.round,
            {
                "steady_from_ns": record.steady_from_ns,
                "steady_until_ns": record.steady_until_ns,
            },
        )


def _missing_samples(data: TargetData, stats: WindowStats | None) -> Iterator[MissingData]:
    """Find out which samples of users, processes and memory are missing."""
    if data.requests is None:
        return
    if data.users is None:
        yield MissingData(MissingCode.NO_USERS_FILE, figures={"file": f"{data.name}_users.csv"})
    if data.usage is None:
        yield MissingData(MissingCode.NO_USAGE_FILE, figures={"file": f"{data.name}_usage.csv"})
    elif stats:
        if (data.usage["role"] == "target").any():
            yield from _missing_of_target(stats)
        elif data.pods is None:
            yield MissingData(MissingCode.PROCESSES_OUT_OF_REACH)
        yield from _missing_of_workers(stats)


def _missing_of_target(stats: WindowStats) -> Iterator[MissingData]:
    process = stats.process
    if process and process.cpu_problem:
        yield MissingData(
            MissingCode.TARGET_CPU_UNKNOWN, figures={"cpu_problem": process.cpu_problem.value}
        )
    if process and process.max_rss_mib is None:
        yield MissingData(MissingCode.TARGET_MEMORY_UNKNOWN)


def _missing_of_workers(stats: WindowStats) -> Iterator[MissingData]:
    if not stats.workers:
        yield MissingData(MissingCode.GENERATOR_CPU_UNKNOWN)
    for worker in stats.workers:
        if worker.cpu_problem:
            yield MissingData(
                MissingCode.WORKER_CPU_UNKNOWN,
                figures={"worker": worker.role, "cpu_problem": worker.cpu_problem.value},
            )
