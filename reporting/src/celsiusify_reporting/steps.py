"""The steps of a schedule's rate: each is examined, and judged, by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pandas as pd

from celsiusify_reporting import stationarity
from celsiusify_reporting.method import Method
from celsiusify_reporting.round_record import RoundRecord
from celsiusify_reporting.stretch import Examine, Stretch, stretch
from celsiusify_reporting.window import Window, steady_window
from celsiusify_reporting.wording import rate


def of_round(
    record: RoundRecord,
    rows: pd.DataFrame,
    scale: pd.DataFrame | None,
    examine: Examine,
    method: Method,
) -> tuple[Stretch, ...]:
    """The steps of a round, as far as they lie within its steady window."""
    return tuple(
        _judged(one, window, rows, method)
        for window, one in _stretches([record], rows, scale, examine)
    )


def of_all(
    records: Sequence[RoundRecord],
    rows: pd.DataFrame,
    scale: pd.DataFrame | None,
    examine: Examine,
) -> tuple[Stretch, ...]:
    """The steps of several rounds, each step together with the same one of the others."""
    return tuple(one for _, one in _stretches(records, rows, scale, examine))


def mean_rate_rps(record: RoundRecord) -> float | None:
    """What a schedule with steps asks for on average in the steady window; None without steps."""
    places = range(len(record.steps or ()))
    steps = zip(record.steps or (), (_window(record, place) for place in places), strict=True)
    known = [(step.rate_rps, window.seconds) for step, window in steps if window]
    if not known:
        return None
    return sum(rate * seconds for rate, seconds in known) / sum(seconds for _, seconds in known)


def _stretches(
    records: Sequence[RoundRecord],
    rows: pd.DataFrame,
    scale: pd.DataFrame | None,
    examine: Examine,
) -> Iterator[tuple[Window, Stretch]]:
    stepped = [record for record in records if record.steps and record.steady_from_ns]
    if not stepped:
        return
    origin_ns = stepped[0].steady_from_ns or 0
    for place, step in enumerate(stepped[0].steps or ()):
        windows = [window for record in stepped if (window := _window(record, place))]
        if any(len(window.rows(rows)) for window in windows):
            name = f"{place + 1}, at {rate(step.rate_rps)}/s"
            yield (
                windows[0],
                stretch(
                    name,
                    windows,
                    rows,
                    examine,
                    origin_ns=origin_ns,
                    rate_rps=step.rate_rps,
                    scale=scale,
                ),
            )


def _window(record: RoundRecord, place: int) -> Window | None:
    steps = record.steps or ()
    if place >= len(steps) or record.steady_from_ns is None or record.steady_until_ns is None:
        return None
    step = steps[place]
    return steady_window(
        max(step.from_ns, record.steady_from_ns), min(step.until_ns, record.steady_until_ns)
    )


def _judged(one: Stretch, window: Window, rows: pd.DataFrame, method: Method) -> Stretch:
    """Tell whether a step kept its pace, unless replicas came or went in it."""
    if one.replicas and one.replicas.changed:
        return one
    seen = stationarity.course(window.rows(rows), window, method)
    return replace(one, stationarity=stationarity.examine(seen, window, method)[1])
