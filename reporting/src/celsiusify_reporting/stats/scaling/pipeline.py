"""What a target's load and its replicas did over a whole run: its steps, instances, changes."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from celsiusify_reporting.inputs.run_json import RoundRecord
from celsiusify_reporting.stats import segments
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.scaling import changes as scaling
from celsiusify_reporting.stats.scaling import instances, timeline
from celsiusify_reporting.stats.scaling.changes import Change, Watched
from celsiusify_reporting.stats.scaling.instances import Instances
from celsiusify_reporting.stats.scaling.timeline import LoadSeconds, Timeline
from celsiusify_reporting.stats.segments import Examine, Segment


@dataclass(frozen=True)
class Followed:
    """What there is of it; None where there is nothing to tell."""

    steps: tuple[Segment, ...] | None = None
    instances: Instances | None = None
    changes: tuple[Change, ...] | None = None
    timeline: Timeline | None = None


def follow(
    records: Sequence[RoundRecord],
    rows: pd.DataFrame,
    scale: pd.DataFrame | None,
    pods: pd.DataFrame | None,
    loads: Sequence[LoadSeconds],
    examine: Examine,
    method: Method,
) -> Followed:
    """Follow a target through all rounds of a run.

    Args:
        records: The rounds, as recorded.
        rows: The requests of all of them.
        scale: Samples of its replicas, if there are any.
        pods: Samples of its pods, likewise.
        loads: The seconds of each round that was measured.
        examine: What sums requests up.
        method: The choices that it rests on.
    """
    begun = [one.steady_from_ns or one.started_ns for one in records]
    origin_ns = next((at for at in begun if at is not None), None)
    if origin_ns is None:
        return Followed()
    stepped = segments.of_all(records, rows, scale, examine) or None
    several = instances.examine(rows, origin_ns, method)
    if scale is None or scale.empty:
        return Followed(stepped, several)
    return Followed(
        stepped,
        several,
        scaling.follow(records, Watched(scale, pods, rows, origin_ns, examine)),
        timeline.draw_up(scale, pods, loads, _changes(records), origin_ns, method.metrics_window_s),
    )


def _changes(records: Sequence[RoundRecord]) -> list[int]:
    """When the load changed: each step of a schedule, or the start of a round without any."""
    steps_ns = [one.from_ns for record in records for one in record.steps or ()]
    return steps_ns + [one.started_ns for one in records if not one.steps and one.started_ns]
