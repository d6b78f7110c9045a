"""Measure segments of a round, such as the steps of its rate."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import pandas as pd

from celsiusify_reporting.inputs.run_json import RoundRecord
from celsiusify_reporting.stats import stationarity
from celsiusify_reporting.stats.scaling.replicas import Replicas, ready_within, together
from celsiusify_reporting.stats.stationarity import Stationarity
from celsiusify_reporting.stats.target_data import TargetData, Window, steady_window
from celsiusify_reporting.stats.window_stats import WindowStats, window_stats


class SegmentCode(StrEnum):
    """A kind of segment: a step of a schedule, or a phase around a change of load."""

    STEP = "step"
    BEFORE = "before"
    UNTIL_READY = "until_ready"
    WITH_NEW_REPLICAS = "with_new_replicas"
    WITHOUT_NEW_REPLICAS = "without_new_replicas"
    AFTERWARDS = "afterwards"


@dataclass(frozen=True)
class Segment:
    """A segment of a round, or the same segment of several rounds.

    Attributes:
        step: The number of a step, from 1; None for other kinds.
        from_s: The start, in seconds since the first round's steady window began.
        rate_rps: The schedule's rate; None for a closed load.
        offered_rps: The rate of due requests, or in a closed load of sent ones.
        replicas: The ready replicas.
        stationarity: The stationarity; None if it isn't judged.
    """

    code: SegmentCode
    step: int | None
    from_s: float
    until_s: float
    rate_rps: float | None
    offered_rps: float
    window_stats: WindowStats
    replicas: Replicas | None = None
    stationarity: Stationarity | None = None

    @property
    def p99_ms(self) -> float | None:
        """The 99th percentile of latency; None if too few requests succeeded."""
        return self.window_stats.percentile_ms(99)


def measure_segment(
    code: SegmentCode,
    windows: Sequence[Window],
    data: TargetData,
    *,
    origin_ns: int,
    rate_rps: float | None,
    step: int | None = None,
) -> Segment:
    """Compute the statistics of a segment.

    Args:
        code: The kind of the segment.
        windows: The segment's window in each round, at least one.
        data: The target's data; requests may lie outside the windows.
        origin_ns: The start of the first round's steady window.
        rate_rps: The schedule's rate.
        step: The number of a step.
    """
    rows = pd.concat([window.rows(_requests(data)) for window in windows])
    # The distribution would be the largest part of report.json, and no plot draws it.
    stats = replace(window_stats(data, windows, rows, rate_rps), distribution=None)
    return Segment(
        code=code,
        step=step,
        from_s=(windows[0].from_ns - origin_ns) / 1e9,
        until_s=(windows[0].until_ns - origin_ns) / 1e9,
        rate_rps=rate_rps,
        offered_rps=len(rows) / sum(window.seconds for window in windows),
        window_stats=stats,
        replicas=together([ready_within(data.scale, window) for window in windows]),
    )


def highest(steps: Sequence[Segment]) -> Segment | None:
    """Return the step of the highest rate, the first if several have that rate."""
    return max(steps, key=lambda step: step.rate_rps or 0, default=None)


def steps_of_round(record: RoundRecord, data: TargetData) -> tuple[Segment, ...]:
    """Measure and judge the steps in the steady window of a round."""
    return tuple(_judged(step, window, data) for window, step in _steps([record], data))


def steps_of_all(records: Sequence[RoundRecord], data: TargetData) -> tuple[Segment, ...]:
    """Measure the steps of several rounds, each step over all rounds."""
    return tuple(step for _, step in _steps(records, data))


def mean_rate_rps(record: RoundRecord) -> float | None:
    """Return the mean rate of a schedule's steps in the window; None without steps."""
    places = range(len(record.steps or ()))
    steps = zip(record.steps or (), (_window(record, place) for place in places), strict=True)
    known = [(step.rate_rps, window.seconds) for step, window in steps if window]
    if not known:
        return None
    return sum(rate * seconds for rate, seconds in known) / sum(seconds for _, seconds in known)


def _steps(records: Sequence[RoundRecord], data: TargetData) -> Iterator[tuple[Window, Segment]]:
    stepped = [record for record in records if record.steps and record.steady_from_ns]
    if not stepped:
        return
    origin_ns = stepped[0].steady_from_ns or 0
    for place, step in enumerate(stepped[0].steps or ()):
        windows = [window for record in stepped if (window := _window(record, place))]
        if any(len(window.rows(_requests(data))) for window in windows):
            segment = measure_segment(
                SegmentCode.STEP,
                windows,
                data,
                origin_ns=origin_ns,
                rate_rps=step.rate_rps,
                step=place + 1,
            )
            yield windows[0], segment


def _window(record: RoundRecord, place: int) -> Window | None:
    steps = record.steps or ()
    if place >= len(steps) or record.steady_from_ns is None or record.steady_until_ns is None:
        return None
    step = steps[place]
    return steady_window(
        max(step.from_ns, record.steady_from_ns), min(step.until_ns, record.steady_until_ns)
    )


def _judged(step: Segment, window: Window, data: TargetData) -> Segment:
    """Judge the stationarity of a step, unless replicas changed during the step."""
    if step.replicas and step.replicas.changed:
        return step
    batches = stationarity.batches(window.rows(_requests(data)), window, data.method)
    return replace(step, stationarity=stationarity.examine(batches, window, data.method)[1])


def _requests(data: TargetData) -> pd.DataFrame:
    assert data.requests is not None
    return data.requests
