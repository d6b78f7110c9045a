"""Find when replicas changed after the load had changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Literal

import pandas as pd

from celsiusify_reporting.inputs.run_json import RoundRecord, Step
from celsiusify_reporting.stats.scaling.instances import answers
from celsiusify_reporting.stats.segments import Examine, Segment, segment
from celsiusify_reporting.stats.window import Window

Way = Literal["up", "down"]


@dataclass(frozen=True)
class LoadChange:
    """A change of the load: the rate from then on, until when it holds, and what follows."""

    direction: Way
    at_ns: int
    until_ns: int
    from_rps: float | None
    to_rps: float | None
    following: Step | None = None


def load_changes(record: RoundRecord) -> Iterator[LoadChange]:
    """All changes of a round's load; none of one that never ran."""
    if record.started_ns is None or record.ended_ns is None:
        return
    if not record.steps:
        yield LoadChange("up", record.started_ns, record.ended_ns, None, record.rate_rps)
        return
    for old, new, following in zip_longest(record.steps, record.steps[1:], record.steps[2:]):
        if new and old.rate_rps != new.rate_rps:
            way: Way = "up" if new.rate_rps > old.rate_rps else "down"
            yield LoadChange(way, new.from_ns, new.until_ns, old.rate_rps, new.rate_rps, following)


SECOND_NS = 10**9


@dataclass(frozen=True)
class EventTimes:
    """When something first happened and when it last did, in seconds since the load changed."""

    first_s: float
    last_s: float
    count: int


def samples(scale: pd.DataFrame, name: str) -> "pd.Series[int]":
    """The known samples of a column, by their time."""
    known = scale[scale[name].notna()]
    return pd.Series(known[name].astype("int64").to_numpy(), index=known["time_ns"].to_numpy())


def last_before(series: "pd.Series[int]", at_ns: int) -> int | None:
    """The last sample until then; the first there is where all are later."""
    if series.empty:
        return None
    earlier = series[series.index <= at_ns]
    return int(earlier.iloc[-1] if len(earlier) else series.iloc[0])


def moved(series: "pd.Series[int]", step: LoadChange) -> EventTimes | None:
    """When a number of replicas first went the load's way, and when it had gone all of it."""
    before = last_before(series, step.at_ns)
    later = series[(series.index > step.at_ns) & (series.index < step.until_ns)]
    if before is None or later.empty:
        return None
    way = (later - before) * (1 if step.direction == "up" else -1)
    if way.max() <= 0:
        return None
    first, last = way.index[way > 0][0], way.index[way == way.max()][0]
    return EventTimes(_since(first, step), _since(last, step), int(way.max()))


def new_pods(pods: pd.DataFrame | None, step: LoadChange) -> pd.DataFrame | None:
    """The pods that came after a step: when each was created, and first ready (NA: not yet).

    Kubernetes cuts its times to whole seconds: a pod of the step's own second is a new one.
    """
    if pods is None:
        return None
    known = set(pods.loc[pods["time_ns"] <= step.at_ns, "pod"])
    later = pods[~pods["pod"].isin(known) & (pods["created_ns"] > step.at_ns - SECOND_NS)]
    later = later[later["created_ns"] < step.until_ns]
    return later.groupby("pod")[["created_ns", "ready_ns"]].min()


def among(times: "pd.Series[int]", step: LoadChange) -> EventTimes | None:
    """The first and the last of some times, until the load changed again."""
    known = times.dropna()
    known = known[known < step.until_ns]
    if known.empty:
        return None
    return EventTimes(_since(known.min(), step), _since(known.max(), step), len(known))


def first_answers(
    told: pd.DataFrame, step: LoadChange, ready: EventTimes | None
) -> EventTimes | None:
    """When new instances first answered.

    A new one is none that answered before the step, nor before the first new replica was ready, as
    far as whole seconds tell.
    """
    if ready is None or told.empty:
        return None
    firsts = told.groupby("instance")["end_ns"].min()
    ready_ns = step.at_ns + round(ready.first_s * SECOND_NS) - SECOND_NS
    return among(firsts[firsts > max(step.at_ns, ready_ns)], step)


def _since(at_ns: int, step: LoadChange) -> float:
    return (int(at_ns) - step.at_ns) / SECOND_NS


@dataclass(frozen=True)
class Change:
    """A step of the load, and what followed until its rate changed again; None: it wasn't seen.

    Attributes:
        step_s: When the load changed, since the start of the first round's steady window.
        from_rps: The rate before; None where the load began.
        replicas_before: The desired replicas before the step.
        replicas_after: The most, or fewest, desired replicas after it.
        observed_s: How long the new rate went on, and was watched.
        desired: The Deployment wanted more replicas, or fewer.
        created: A new pod was created.
        ready: A new pod was ready; of fewer replicas, one was ready no longer.
        answered: A new instance first answered.
        names_instances: Whether the target's answers name their instance.
        user_impact: The load's segments: before, until all new pods were ready, with them, and
            after this load.
    """

    round: int
    direction: Way
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
        """How many more replicas were wanted than new ones were ready."""
        if self.direction == "down" or self.replicas_before is None or self.replicas_after is None:
            return 0
        return max(
            0, self.replicas_after - self.replicas_before - (self.ready.count if self.ready else 0)
        )


@dataclass(frozen=True)
class Watched:
    """What was sampled of a target's replicas and recorded of its requests.

    Attributes:
        scale: As `replica_samples.read_scale` returns it.
        pods: As `replica_samples.read_pods` does, or None.
        rows: All requests of the target.
        origin_ns: The start of the first round's steady window.
        examine: What sums requests up.
    """

    scale: pd.DataFrame
    pods: pd.DataFrame | None
    rows: pd.DataFrame
    origin_ns: int
    examine: Examine


def follow(records: Sequence[RoundRecord], watched: Watched) -> tuple[Change, ...]:
    """Tell how replicas followed each change of the load.

    Nothing is told of a round without steps in which no other number of replicas was ever wanted,
    nor of a target that nothing scales.
    """
    changes = [
        _change(record, step, watched) for record in records for step in load_changes(record)
    ]
    scaled = watched.scale["hpa_desired"].notna().any()
    return tuple(one for one in changes if one.desired or (scaled and one.from_rps is not None))


def _change(record: RoundRecord, step: LoadChange, watched: Watched) -> Change:
    desired = samples(watched.scale, "desired")
    ready = moved(samples(watched.scale, "ready"), step)
    later = desired[(desired.index >= step.at_ns) & (desired.index < step.until_ns)]
    up = step.direction == "up"
    furthest = later.max() if up else later.min()
    new = new_pods(watched.pods, step) if up else None
    if new is not None:
        ready = among(new["ready_ns"], step)
    told = answers(watched.rows[watched.rows["round"] == record.round])
    change = Change(
        round=record.round,
        direction=step.direction,
        step_s=(step.at_ns - watched.origin_ns) / SECOND_NS,
        from_rps=step.from_rps,
        to_rps=step.to_rps,
        replicas_before=last_before(desired, step.at_ns),
        replicas_after=None if later.empty else int(furthest),
        observed_s=(step.until_ns - step.at_ns) / SECOND_NS,
        desired=moved(desired, step),
        created=None if new is None else among(new["created_ns"], step),
        ready=ready,
        answered=first_answers(told, step, ready) if up else None,
        names_instances=not told.empty,
    )
    return (
        replace(change, user_impact=tuple(_felt(change, record, step, watched))) if up else change
    )


def _felt(
    change: Change, record: RoundRecord, step: LoadChange, watched: Watched
) -> Iterator[Segment]:
    """What users met before, until the new replicas were ready, with them, and afterwards."""
    rows = watched.rows[watched.rows["round"] == record.round]
    for name, window, rate_rps in _phases(change, record, step):
        if len(window.rows(rows)):
            yield segment(
                name,
                [window],
                rows,
                watched.examine,
                origin_ns=watched.origin_ns,
                rate_rps=rate_rps,
                scale=watched.scale,
            )


def _phases(
    change: Change, record: RoundRecord, step: LoadChange
) -> Iterator[tuple[str, Window, float | None]]:
    begin_ns = record.steady_from_ns or step.at_ns
    until_ns = min(step.until_ns, record.steady_until_ns or step.until_ns)
    if begin_ns < step.at_ns:
        yield "before", Window(begin_ns, step.at_ns), step.from_rps
    if change.ready:
        ready_ns = step.at_ns + round(change.ready.last_s * SECOND_NS)
        yield "until the new replicas were ready", Window(step.at_ns, ready_ns), step.to_rps
        yield "with the new replicas", Window(ready_ns, until_ns), step.to_rps
    else:
        yield "without a new replica", Window(step.at_ns, until_ns), step.to_rps
    if next_ := step.following:
        yield "afterwards", Window(next_.from_ns, next_.until_ns), next_.rate_rps
