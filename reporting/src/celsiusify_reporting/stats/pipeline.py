"""Measure a target from its samples, round by round."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from celsiusify_reporting.inputs.run_json import RoundRecord, Run
from celsiusify_reporting.narrative import missing_data
from celsiusify_reporting.stats import segments, stationarity
from celsiusify_reporting.stats.counts import count, pool, reconcile
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.model import Measurement, Round
from celsiusify_reporting.stats.scaling.pipeline import Followed, follow
from celsiusify_reporting.stats.scaling.replicas import ready_within
from celsiusify_reporting.stats.scaling.timeline import LoadSeconds
from celsiusify_reporting.stats.segments import Examine
from celsiusify_reporting.stats.timeseries import Second, each_second, history, whole
from celsiusify_reporting.stats.window import Window, steady_window
from celsiusify_reporting.stats.window_stats import WindowStats, examine


@dataclass(frozen=True)
class Samples:
    """What was recorded of one target; None where a file isn't there."""

    requests: pd.DataFrame | None
    usage: pd.DataFrame | None
    users: pd.DataFrame | None
    scale: pd.DataFrame | None = None
    pods: pd.DataFrame | None = None

    def of_round(self, number: int) -> "Samples":
        """Those of one round, and what was sampled over the whole run."""
        parts = (self.requests, self.usage, self.users)
        requests, usage, users = (
            None if one is None else one[one["round"] == number] for one in parts
        )
        return Samples(requests, usage, users, self.scale, self.pods)


@dataclass(frozen=True)
class Part:
    """A round with what it was made from."""

    round: Round
    steady_rows: pd.DataFrame | None = None
    seconds: tuple[Second, ...] = ()
    whole_seconds: tuple[Second, ...] = ()


def measure_round(run: Run, record: RoundRecord, samples: Samples, method: Method) -> Part:
    """Measure one round, as far as its samples go."""
    rows = samples.requests
    if rows is None or rows.empty:
        return Part(unmeasured_round(record))
    planned = steady_window(record.steady_from_ns, record.steady_until_ns)
    seconds = tuple(each_second(rows, samples.users, planned, record.started_ns))
    origin_ns = planned.from_ns if planned else seconds[0].from_ns
    # Steps of a search are short, judged as a whole by what searched, and repeated; those of a
    # schedule differ on purpose, and are judged one by one.
    judged = planned if run.kind == "loads" and not record.steps else None
    window, kept = _settled(rows, judged, method) if judged else (planned, None)
    steady_rows = window.rows(rows) if window else None
    sum_up = summing(run, samples, method)
    rate_rps = segments.mean_rate_rps(record) or record.rate_rps
    window_stats = None
    if window and steady_rows is not None:
        window_stats = sum_up([window], steady_rows, rate_rps)
    each_whole = whole(seconds, rows, planned)
    return Part(
        Round(
            record=record,
            window=window,
            counting=reconcile(count(rows), record.counts),
            window_stats=window_stats,
            stationarity=kept,
            history=history(rows, each_whole, origin_ns, method),
            steps=segments.of_round(record, rows, samples.scale, sum_up, method) or None,
            replicas=ready_within(samples.scale, window),
        ),
        steady_rows,
        seconds,
        tuple(each_whole),
    )


def _settled(
    rows: pd.DataFrame, window: Window, method: Method
) -> tuple[Window, stationarity.Stationarity]:
    """A steady window without the warm-up that is left in it, and whether it kept its pace."""
    seen = stationarity.batches(window.rows(rows), window, method)
    return stationarity.examine(seen, window, method)


def summing(run: Run, samples: Samples, method: Method) -> Examine:
    """What sums up requests of a target, with its usage and by the run's own terms."""

    def sum_up(
        windows: Sequence[Window], rows: pd.DataFrame, rate_rps: float | None
    ) -> WindowStats:
        return examine(run, windows, rows, samples.usage, method, rate_rps)

    return sum_up


def unmeasured_round(record: RoundRecord) -> Round:
    """A round of which nothing is known but its record."""
    return Round(record, None, None, None, None, None)


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
    if samples.requests is None:
        reasons = (f"nothing was measured: no request stands in {name}_requests.parquet",)
        rounds = tuple(unmeasured_round(record) for record in target.rounds)
        return Measured(Measurement(name, target, rounds, None, None, reasons, ()))
    parts = [
        measure_round(run, record, samples.of_round(record.round), method)
        for record in target.rounds
    ]
    rounds = tuple(part.round for part in parts)
    pooled = [part for part in parts if part.steady_rows is not None and _counts(run, name, part)]
    rows = pd.concat([part.steady_rows for part in pooled]) if pooled else None
    windows = [part.round.window for part in pooled if part.round.window]
    rate = segments.mean_rate_rps(pooled[0].round.record) if pooled else None
    window_stats = (
        None if rows is None else examine(run, windows, rows, samples.usage, method, rate)
    )
    counted = [one.counting for one in rounds if one.counting]
    return Measured(
        Measurement(
            name=name,
            target=target,
            rounds=rounds,
            counting=pool(counted) if counted else None,
            window_stats=window_stats,
            unmeasured=tuple(missing_data.unmeasured(rounds, window_stats)),
            missing=tuple(
                missing_data.missing(
                    name, samples.usage, samples.users, window_stats, pods=samples.pods is not None
                )
            ),
            **vars(_followed(run, parts, samples, method)),
        ),
        samples.requests,
        rows,
        tuple(_in_row(parts, samples.requests)),
    )


def _followed(run: Run, parts: Sequence[Part], samples: Samples, method: Method) -> Followed:
    # The rates of a search are many, and short: nothing follows them.
    if run.kind != "loads" or samples.requests is None:
        return Followed()
    loads = [
        LoadSeconds(part.whole_seconds, part.round.history) for part in parts if part.round.history
    ]
    records = [part.round.record for part in parts]
    sum_up = summing(run, samples, method)
    watched = (samples.scale, samples.pods)
    return follow(records, samples.requests, *watched, loads, sum_up, method)


def _counts(run: Run, name: str, part: Part) -> bool:
    """Whether a round is one of those whose figures are taken together."""
    found = (run.capacity or {}).get(name)
    if run.kind == "loads":
        return True
    record = part.round.record
    return found is not None and record.phase == "confirm" and record.rate_rps == found.rate_rps


def _in_row(parts: Sequence[Part], rows: pd.DataFrame) -> Iterator[Second]:
    """The seconds of all rounds, their rows counted through."""
    firsts = np.searchsorted(rows["round"].to_numpy(), [part.round.record.round for part in parts])
    for first, part in zip(firsts, parts, strict=True):
        for one in part.seconds:
            yield replace(one, first=one.first + int(first), after=one.after + int(first))
