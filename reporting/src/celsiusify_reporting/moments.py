"""When something of a target's replicas first and last happened after its load had changed."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from celsiusify_reporting.load_changes import LoadChange

SECOND_NS = 10**9


@dataclass(frozen=True)
class Moments:
    """When something first happened and when it last did, in seconds since the load changed."""

    first_s: float
    last_s: float
    times: int


def samples(scale: pd.DataFrame, name: str) -> pd.Series[int]:
    """The known samples of a column, by their time."""
    known = scale[scale[name].notna()]
    return pd.Series(known[name].astype("int64").to_numpy(), index=known["time_ns"].to_numpy())


def last_before(series: pd.Series[int], at_ns: int) -> int | None:
    """The last sample until then; the first there is where all are later."""
    if series.empty:
        return None
    earlier = series[series.index <= at_ns]
    return int(earlier.iloc[-1] if len(earlier) else series.iloc[0])


def moved(series: pd.Series[int], step: LoadChange) -> Moments | None:
    """When a number of replicas first went the load's way, and when it had gone all of it."""
    before = last_before(series, step.at_ns)
    later = series[(series.index > step.at_ns) & (series.index < step.until_ns)]
    if before is None or later.empty:
        return None
    way = (later - before) * (1 if step.direction == "up" else -1)
    if way.max() <= 0:
        return None
    first, last = way.index[way > 0][0], way.index[way == way.max()][0]
    return Moments(_since(first, step), _since(last, step), int(way.max()))


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


def among(times: pd.Series[int], step: LoadChange) -> Moments | None:
    """The first and the last of some times, until the load changed again."""
    known = times.dropna()
    known = known[known < step.until_ns]
    if known.empty:
        return None
    return Moments(_since(known.min(), step), _since(known.max(), step), len(known))


def first_answers(told: pd.DataFrame, step: LoadChange, ready: Moments | None) -> Moments | None:
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
