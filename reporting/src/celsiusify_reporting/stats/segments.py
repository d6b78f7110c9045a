"""Measure parts of a round, such as the steps of its rate."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from celsiusify_reporting.inputs.run_json import RoundRecord
from celsiusify_reporting.narrative.formatting import rate
from celsiusify_reporting.stats import stationarity
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.scaling.replicas import Replicas, ready_within, together
from celsiusify_reporting.stats.stationarity import Stationarity
from celsiusify_reporting.stats.window import Window, steady_window
from celsiusify_reporting.stats.window_stats import WindowStats

# What requests that were due in some windows, at such a rate, say: `steady.examine` of a run.
Examine = Callable[[Sequence[Window], pd.DataFrame, float | None], WindowStats]


@dataclass(frozen=True)
class Segment:
    """A part of a round, or the same part of several.

    Attributes:
        name: What it is.
        from_s: When it begins, since the start of its round's steady window; of several rounds, of
            the first.
        rate_rps: The schedule's; None for a closed load.
        offered_rps: What was due, or, in a closed load, what was sent.
        stationarity: Whether it kept its pace; None where that isn't judged.
    """

    name: str
    from_s: float
    until_s: float
    rate_rps: float | None
    offered_rps: float
    window_stats: WindowStats
    replicas: Replicas | None = None
    stationarity: Stationarity | None = None

    @property
    def p99_ms(self) -> float | None:
        """The 99th percentile of latency, where there are enough requests for it."""
        return self.window_stats.percentile_ms(99)


def segment(
    name: str,
    windows: Sequence[Window],
    rows: pd.DataFrame,
    examine: Examine,
    *,
    origin_ns: int,
    rate_rps: float | None = None,
    scale: pd.DataFrame | None = None,
) -> Segment:
    """Sum up the requests that were due in one window of each of some rounds.

    Args:
        name: What the stretch is.
        windows: The windows, one at least.
        rows: The target's requests, of any time.
        examine: What sums requests up.
        origin_ns: The start of the first round's steady window.
        rate_rps: The schedule's rate.
        scale: Samples of the target's replicas, if there are any.
    """
    within = pd.concat([window.rows(rows) for window in windows])
    # The curve would take more room in report.json than all else, and isn't drawn.
    window_stats = replace(examine(windows, within, rate_rps), distribution=None)
    return Segment(
        name=name,
        from_s=(windows[0].from_ns - origin_ns) / 1e9,
        until_s=(windows[0].until_ns - origin_ns) / 1e9,
        rate_rps=rate_rps,
        offered_rps=len(within) / sum(window.seconds for window in windows),
        window_stats=window_stats,
        replicas=together([ready_within(scale, window) for window in windows]),
    )


def highest(steps: Sequence[Segment]) -> Segment | None:
    """The step of the highest rate; the first of those of equal rates."""
    return max(steps, key=lambda one: one.rate_rps or 0, default=None)


def of_round(
    record: RoundRecord,
    rows: pd.DataFrame,
    scale: pd.DataFrame | None,
    examine: Examine,
    method: Method,
) -> tuple[Segment, ...]:
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
) -> tuple[Segment, ...]:
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
) -> Iterator[tuple[Window, Segment]]:
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
                segment(
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


def _judged(one: Segment, window: Window, rows: pd.DataFrame, method: Method) -> Segment:
    """Tell whether a step kept its pace, unless replicas came or went in it."""
    if one.replicas and one.replicas.changed:
        return one
    seen = stationarity.batches(window.rows(rows), window, method)
    return replace(one, stationarity=stationarity.examine(seen, window, method)[1])
