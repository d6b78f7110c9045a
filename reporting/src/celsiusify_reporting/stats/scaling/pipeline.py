"""Examine the steps, instances and replicas of a target over all rounds."""

from collections.abc import Sequence
from dataclasses import dataclass

from celsiusify_reporting.inputs.run_json import RoundRecord
from celsiusify_reporting.stats import segments
from celsiusify_reporting.stats.scaling import changes, instances, timeline
from celsiusify_reporting.stats.scaling.changes import Change
from celsiusify_reporting.stats.scaling.instances import Instances
from celsiusify_reporting.stats.scaling.timeline import LoadSeconds, Timeline
from celsiusify_reporting.stats.segments import Segment
from celsiusify_reporting.stats.target_data import TargetData


@dataclass(frozen=True)
class Scaling:
    """The steps, instances and replicas of a target; None for what a run doesn't have."""

    steps: tuple[Segment, ...] | None = None
    instances: Instances | None = None
    changes: tuple[Change, ...] | None = None
    timeline: Timeline | None = None


def examine_scaling(data: TargetData, loads: Sequence[LoadSeconds]) -> Scaling:
    """Examine a target over all rounds.

    Args:
        data: The target's data, with requests.
        loads: The seconds of each round that was measured.
    """
    records = data.target.rounds
    origins = [record.steady_from_ns or record.started_ns for record in records]
    origin_ns = next((at_ns for at_ns in origins if at_ns is not None), None)
    if origin_ns is None or data.requests is None:
        return Scaling()
    steps = segments.steps_of_all(records, data) or None
    several = instances.examine(data.requests, origin_ns, data.method)
    if data.scale is None or data.scale.empty:
        return Scaling(steps, several)
    return Scaling(
        steps,
        several,
        changes.find_changes(data, origin_ns),
        timeline.draw_up(data, loads, _change_times(records), origin_ns),
    )


def _change_times(records: Sequence[RoundRecord]) -> list[int]:
    """Return when the load changed: at steps, or when a round without steps began."""
    steps_ns = [step.from_ns for record in records for step in record.steps or ()]
    starts_ns = [record.started_ns for record in records if not record.steps and record.started_ns]
    return steps_ns + starts_ns
