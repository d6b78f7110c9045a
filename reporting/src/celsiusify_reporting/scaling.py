"""How a target's replicas followed its load: what happened when after the load had changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from celsiusify_reporting.instances import answers
from celsiusify_reporting.load_changes import LoadChange, Way, load_changes
from celsiusify_reporting.moments import (
    SECOND_NS,
    Moments,
    among,
    first_answers,
    last_before,
    moved,
    new_pods,
    samples,
)
from celsiusify_reporting.round_record import RoundRecord
from celsiusify_reporting.stretch import Examine, Stretch, stretch
from celsiusify_reporting.window import Window


@dataclass(frozen=True)
class Change:
    """A step of the load, and what followed until its rate changed again; None: it wasn't seen.

    Attributes:
        step_s: When the load changed, since the start of the first round's steady window.
        from_rps: The rate before; None where the load began.
        before: Replicas that were wanted then; `after` is the most, or fewest, wanted later.
        watched_s: How long the new rate went on, and was watched.
        wanted: The Deployment wanted more replicas, or fewer.
        created: A new pod was created.
        ready: A new pod was ready; of fewer replicas, one was ready no longer.
        answered: A new instance first answered.
        tells: Whether the target's answers name their instance.
        felt: What users met: before, until all new pods were ready, after, and after this load.
    """

    round: int
    direction: Way
    step_s: float
    from_rps: float | None
    to_rps: float | None
    before: int | None
    after: int | None
    watched_s: float
    wanted: Moments | None
    created: Moments | None
    ready: Moments | None
    answered: Moments | None
    tells: bool
    felt: tuple[Stretch, ...] = ()

    @property
    def lacking(self) -> int:
        """How many more replicas were wanted than new ones were ready."""
        if self.direction == "down" or self.before is None or self.after is None:
            return 0
        return max(0, self.after - self.before - (self.ready.times if self.ready else 0))


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
    return tuple(one for one in changes if one.wanted or (scaled and one.from_rps is not None))


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
        before=last_before(desired, step.at_ns),
        after=None if later.empty else int(furthest),
        watched_s=(step.until_ns - step.at_ns) / SECOND_NS,
        wanted=moved(desired, step),
        created=None if new is None else among(new["created_ns"], step),
        ready=ready,
        answered=first_answers(told, step, ready) if up else None,
        tells=not told.empty,
    )
    return replace(change, felt=tuple(_felt(change, record, step, watched))) if up else change


def _felt(
    change: Change, record: RoundRecord, step: LoadChange, watched: Watched
) -> Iterator[Stretch]:
    """What users met before, until the new replicas were ready, with them, and afterwards."""
    rows = watched.rows[watched.rows["round"] == record.round]
    for name, window, rate_rps in _phases(change, record, step):
        if len(window.rows(rows)):
            yield stretch(
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
