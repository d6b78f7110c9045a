"""From the rows of one round of a target to what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from celsiusify_reporting import stationarity, steps
from celsiusify_reporting.counting import reconcile
from celsiusify_reporting.measurement import Round
from celsiusify_reporting.method import Method
from celsiusify_reporting.replicas import ready_within
from celsiusify_reporting.round_record import RoundRecord
from celsiusify_reporting.run import Run
from celsiusify_reporting.seconds import Second, each_second, history, whole
from celsiusify_reporting.steady import Steady, examine
from celsiusify_reporting.stretch import Examine
from celsiusify_reporting.throughput import count
from celsiusify_reporting.window import Window, steady_window


@dataclass(frozen=True)
class Samples:
    """What was recorded of one target; None where a file isn't there."""

    requests: pd.DataFrame | None
    usage: pd.DataFrame | None
    users: pd.DataFrame | None
    scale: pd.DataFrame | None = None
    pods: pd.DataFrame | None = None

    def of_round(self, number: int) -> Samples:
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
    rate_rps = steps.mean_rate_rps(record) or record.rate_rps
    steady = None
    if window and steady_rows is not None:
        steady = sum_up([window], steady_rows, rate_rps)
    each_whole = whole(seconds, rows, planned)
    return Part(
        Round(
            record=record,
            window=window,
            counting=reconcile(count(rows), record.counts),
            steady=steady,
            stationarity=kept,
            history=history(rows, each_whole, origin_ns, method),
            steps=steps.of_round(record, rows, samples.scale, sum_up, method) or None,
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
    seen = stationarity.course(window.rows(rows), window, method)
    return stationarity.examine(seen, window, method)


def summing(run: Run, samples: Samples, method: Method) -> Examine:
    """What sums up requests of a target, with its usage and by the run's own terms."""

    def sum_up(windows: Sequence[Window], rows: pd.DataFrame, rate_rps: float | None) -> Steady:
        return examine(run, windows, rows, samples.usage, method, rate_rps)

    return sum_up


def unmeasured_round(record: RoundRecord) -> Round:
    """A round of which nothing is known but its record."""
    return Round(record, None, None, None, None, None)
