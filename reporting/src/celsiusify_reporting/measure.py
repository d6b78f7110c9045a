"""From the rows of a target to what they say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from celsiusify_reporting import lacking, steps
from celsiusify_reporting.counting import pool
from celsiusify_reporting.course import LoadSeconds
from celsiusify_reporting.follow import Followed, follow
from celsiusify_reporting.measure_round import (
    Part,
    Samples,
    measure_round,
    summing,
    unmeasured_round,
)
from celsiusify_reporting.measurement import Measurement
from celsiusify_reporting.method import Method
from celsiusify_reporting.run import Run
from celsiusify_reporting.seconds import Second
from celsiusify_reporting.steady import examine


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
    rate = steps.mean_rate_rps(pooled[0].round.record) if pooled else None
    steady = None if rows is None else examine(run, windows, rows, samples.usage, method, rate)
    counted = [one.counting for one in rounds if one.counting]
    return Measured(
        Measurement(
            name=name,
            target=target,
            rounds=rounds,
            counting=pool(counted) if counted else None,
            steady=steady,
            unmeasured=tuple(lacking.unmeasured(rounds, steady)),
            missing=tuple(
                lacking.missing(
                    name, samples.usage, samples.users, steady, pods=samples.pods is not None
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
