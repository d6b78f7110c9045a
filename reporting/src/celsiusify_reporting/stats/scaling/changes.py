"""Find when the replicas of a target changed after its load had changed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Literal

import pandas as pd

from celsiusify_reporting.inputs.run_json import RoundRecord, Step
from celsiusify_reporting.stats.scaling.instances import answers
from celsiusify_reporting.stats.segments import Segment, SegmentCode, measure_segment
from celsiusify_reporting.stats.target_data import TargetData, Window

SECOND_NS = 10**9

Direction = Literal["up", "down"]


@dataclass(frozen=True)
class LoadChange:
    """A change of the load's rate.

    Attributes:
        until_ns: When the rate changes again.
        from_rps: The rate before; None if the load began.
        following: The next step of the schedule.
    """

    direction: Direction
    at_ns: int
    until_ns: int
    from_rps: float | None
    to_rps: float | None
    following: Step | None = None


def load_changes(record: RoundRecord) -> Iterator[LoadChange]:
    """Yield the changes of a round's load; none if the round never ran."""
    if record.started_ns is None or record.ended_ns is None:
        return
    if not record.steps:
        yield LoadChange("up", record.started_ns, record.ended_ns, None, record.rate_rps)
        return
    for old, new, following in zip_longest(record.steps, record.steps[1:], record.steps[2:]):
        if new and old.rate_rps != new.rate_rps:
            direction: Direction = "up" if new.rate_rps > old.rate_rps else "down"
            yield LoadChange(
                direction, new.from_ns, new.until_ns, old.rate_rps, new.rate_rps, following
            )


@dataclass(frozen=True)
class EventTimes:
    """The first and the last time of an event, in seconds since the load changed."""

    first_s: float
    last_s: float
    count: int


def samples(scale: pd.DataFrame, name: str) -> "pd.Series[int]":
    """Return the known samples of a column, by their time."""
    known = scale[scale[name].notna()]
    return pd.Series(known[name].astype("int64").to_numpy(), index=known["time_ns"].to_numpy())


def last_before(series: "pd.Series[int]", at_ns: int) -> int | None:
    """Return the last sample until a time, or the first sample if all are later."""
    if series.empty:
        return None
    earlier = series[series.index <= at_ns]
    return int(earlier.iloc[-1] if len(earlier) else series.iloc[0])


def replica_times(series: "pd.Series[int]", step: LoadChange) -> EventTimes | None:
    """Return when the number of replicas started and finished to follow the load."""
    before = last_before(series, step.at_ns)
    later = series[(series.index > step.at_ns) & (series.index < step.until_ns)]
    if before is None or later.empty:
        return None
    moved = (later - before) * (1 if step.direction == "up" else -1)
    if moved.max() <= 0:
        return None
    first, last = moved.index[moved > 0][0], moved.index[moved == moved.max()][0]
    return EventTimes(_since(first, step), _since(last, step), int(moved.max()))


def new_pods(pods: pd.DataFrame | None, step: LoadChange) -> pd.DataFrame | None:
    """Return when each new pod was created and first ready (NA: not yet).

    Kubernetes cuts its times to whole seconds: a pod of the step's own second is a new one.
    """
    if pods is None:
        return None
    known = set(pods.loc[pods["time_ns"] <= step.at_ns, "pod"])
    later = pods[~pods["pod"].isin(known) & (pods["created_ns"] > step.at_ns - SECOND_NS)]
    later = later[later["created_ns"] < step.until_ns]
    return later.groupby("pod")[["created_ns", "ready_ns"]].min()


def event_times(times_ns: "pd.Series[int]", step: LoadChange) -> EventTimes | None:
    """Return the first and the last of some times, until the load changed again."""
    known = times_ns.dropna()
    known = known[known < step.until_ns]
    if known.empty:
        return None
    return EventTimes(_since(known.min(), step), _since(known.max(), step), len(known))


def first_answers(
    answered: pd.DataFrame, step: LoadChange, ready: EventTimes | None
) -> EventTimes | None:
    """Return when new instances first answered.

    An instance is new if it answered neither before the step nor before the first new replica was
    ready, as far as whole seconds tell.
    """
    if ready is None or answered.empty:
        return None
    firsts = answered.groupby("instance")["end_ns"].min()
    ready_ns = step.at_ns + round(ready.first_s * SECOND_NS) - SECOND_NS
    return event_times(firsts[firsts > max(step.at_ns, ready_ns)], step)


def _since(at_ns: int, step: LoadChange) -> float:
    return (int(at_ns) - step.at_ns) / SECOND_NS


@dataclass(frozen=True)
class Change:
    """A change of the load and its effects; None for what wasn't observed.

    Attributes:
        step_s: When the load changed, since the start of the first round's steady window.
        from_rps: The rate before; None if the load began.
        replicas_before: The desired replicas before the change.
        replicas_after: The most, or fewest, desired replicas after the change.
        observed_s: How long the new rate lasted and was observed.
        desired: When more, or fewer, replicas were desired.
        created: When new pods were created.
        ready: When new pods were ready, or pods that left weren't ready any more.
        answered: When new instances first answered.
        names_instances: Whether the target's answers name their instance.
        user_impact: The load before, until all new pods were ready, with them, and after this
            rate.
    """

    round: int
    direction: Direction
    step_s: float
    from_rps: float | None
    to_rps: float | None
    replicas_before: int | None
    replicas_after: int | None
    observed_s: float
    desired: EventTimes | None
    created: EventTimes | None
    ready: EventTimes | None
    answered: EventTimes | None
    names_instances: bool
    user_impact: tuple[Segment, ...] = ()

    @property
    def missing_replicas(self) -> int:
        """The number of additional desired replicas that weren't ready in time."""
        before, after = self.replicas_before, self.replicas_after
        if self.direction == "down" or before is None or after is None:
            return 0
        return max(0, after - before - (self.ready.count if self.ready else 0))


def find_changes(data: TargetData, origin_ns: int) -> tuple[Change, ...]:
    """Find how replicas followed each change of the load.

    A round without steps counts only if the desired replicas changed, and a target without an
    autoscaler not at all.

    Args:
        data: The target's data, with requests and samples of replicas.
        origin_ns: The start of the first round's steady window.
    """
    assert data.scale is not None
    changes = [
        _change(record, step, data, origin_ns)
        for record in data.target.rounds
        for step in load_changes(record)
    ]
    is_scaled = data.scale["hpa_desired"].notna().any()
    return tuple(
        change
        for change in changes
        if change.desired or (is_scaled and change.from_rps is not None)
    )


def _change(record: RoundRecord, step: LoadChange, data: TargetData, origin_ns: int) -> Change:
    assert data.scale is not None
    assert data.requests is not None
    desired = samples(data.scale, "desired")
    later = desired[(desired.index >= step.at_ns) & (desired.index < step.until_ns)]
    up = step.direction == "up"
    furthest = later.max() if up else later.min()
    pods = new_pods(data.pods, step) if up else None
    ready = (
        replica_times(samples(data.scale, "ready"), step)
        if pods is None
        else event_times(pods["ready_ns"], step)
    )
    answered = answers(data.requests[data.requests["round"] == record.round])
    change = Change(
        round=record.round,
        direction=step.direction,
        step_s=(step.at_ns - origin_ns) / SECOND_NS,
        from_rps=step.from_rps,
        to_rps=step.to_rps,
        replicas_before=last_before(desired, step.at_ns),
        replicas_after=None if later.empty else int(furthest),
        observed_s=(step.until_ns - step.at_ns) / SECOND_NS,
        desired=replica_times(desired, step),
        created=None if pods is None else event_times(pods["created_ns"], step),
        ready=ready,
        answered=first_answers(answered, step, ready) if up else None,
        names_instances=not answered.empty,
    )
    if not up:
        return change
    impact = tuple(_user_impact(change, record, step, data, origin_ns))
    return replace(change, user_impact=impact)


def _user_impact(
    change: Change, record: RoundRecord, step: LoadChange, data: TargetData, origin_ns: int
) -> Iterator[Segment]:
    """Measure the phases around a change of the load."""
    assert data.requests is not None
    rows = data.requests[data.requests["round"] == record.round]
    of_round = replace(data, requests=rows)
    for code, window, rate_rps in _phases(change, record, step):
        if len(window.rows(rows)):
            yield measure_segment(code, [window], of_round, origin_ns=origin_ns, rate_rps=rate_rps)


def _phases(
    change: Change, record: RoundRecord, step: LoadChange
) -> Iterator[tuple[SegmentCode, Window, float | None]]:
    """Yield the phases around a change of the load."""
    from_ns = record.steady_from_ns or step.at_ns
    until_ns = min(step.until_ns, record.steady_until_ns or step.until_ns)
    if from_ns < step.at_ns:
        yield SegmentCode.BEFORE, Window(from_ns, step.at_ns), step.from_rps
    if change.ready:
        ready_ns = step.at_ns + round(change.ready.last_s * SECOND_NS)
        yield SegmentCode.UNTIL_READY, Window(step.at_ns, ready_ns), step.to_rps
        yield SegmentCode.WITH_NEW_REPLICAS, Window(ready_ns, until_ns), step.to_rps
    else:
        yield SegmentCode.WITHOUT_NEW_REPLICAS, Window(step.at_ns, until_ns), step.to_rps
    if following := step.following:
        window = Window(following.from_ns, following.until_ns)
        yield SegmentCode.AFTERWARDS, window, following.rate_rps
