"""A target's load and its replicas on one axis of time, as they are drawn."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from celsiusify_reporting.stats.timeseries import History, Second

SECOND_NS = 10**9

Counts = tuple[int | None, ...]
Values = tuple[float | None, ...]


@dataclass(frozen=True)
class PodTimeline:
    """A pod's CPU: `cpu_cores[i]` is the mean from `from_s[i]` to `until_s[i]`.

    Attributes:
        created_s: When Kubernetes made it, in whole seconds; `ready_s` when it first was ready.
    """

    pod: str
    node: str | None
    created_s: float | None
    ready_s: float | None
    from_s: tuple[float, ...]
    until_s: tuple[float, ...]
    cpu_cores: tuple[float, ...]


@dataclass(frozen=True)
class Timeline:
    """All that is drawn of replicas over load; times since the first round's steady window began.

    Attributes:
        second_s: The whole seconds of load, of all rounds, a gap (None) between two.
        offered_rps: What was due in each, or, in a closed load, sent.
        sample_s: When replicas were sampled; the others are what Deployment and autoscaler said.
        step_s: When the schedule's rate changed, and when rounds began.
    """

    second_s: Values
    offered_rps: Values
    answered_rps: Values
    p50_ms: Values
    p99_ms: Values
    sample_s: tuple[float, ...]
    desired: Counts
    ready: Counts
    hpa_desired: Counts
    hpa_cpu_percent: Values
    pods: tuple[PodTimeline, ...]
    step_s: tuple[float, ...]


@dataclass(frozen=True)
class LoadSeconds:
    """The whole seconds of a round, and their history."""

    seconds: Sequence[Second]
    history: History


def draw_up(
    scale: pd.DataFrame,
    pods: pd.DataFrame | None,
    rounds: Sequence[LoadSeconds],
    step_ns: Sequence[int],
    origin_ns: int,
    window_s: float,
) -> Timeline:
    """Bring samples and requests onto one axis of time."""
    lines = list(_loads(rounds, origin_ns))
    second_s, offered, answered, p50, p99 = zip(*lines, strict=True) if lines else [()] * 5
    return Timeline(
        second_s=second_s,
        offered_rps=offered,
        answered_rps=answered,
        p50_ms=p50,
        p99_ms=p99,
        sample_s=tuple(_since(at, origin_ns) for at in scale["time_ns"]),
        desired=_counts(scale["desired"]),
        ready=_counts(scale["ready"]),
        hpa_desired=_counts(scale["hpa_desired"]),
        hpa_cpu_percent=tuple(None if pd.isna(one) else one for one in scale["hpa_cpu_percent"]),
        pods=() if pods is None else tuple(_pods(pods, origin_ns, window_s)),
        step_s=tuple(_since(at, origin_ns) for at in step_ns),
    )


def _loads(rounds: Sequence[LoadSeconds], origin_ns: int) -> Iterator[tuple[float | None, ...]]:
    for number, one in enumerate(rounds):
        if number:
            yield (None,) * 5
        history = one.history
        series = (history.succeeded_rps, history.p50_ms, history.p99_ms)
        for second, answered, p50, p99 in zip(one.seconds, *series, strict=True):
            due = second.counts.started + second.counts.dropped
            offered = due / second.seconds
            yield _since(second.from_ns, origin_ns), offered, answered, p50, p99


def _pods(pods: pd.DataFrame, origin_ns: int, window_s: float) -> Iterator[PodTimeline]:
    """Each pod; when its first window began isn't recorded: it is taken to be as long as told."""
    created = pods.groupby("pod")["created_ns"].min().sort_values()
    for name in created.index:
        samples = pods[pods["pod"] == name]
        measured = samples.dropna(subset=["cpu_at_ns", "cpu_cores"]).drop_duplicates("cpu_at_ns")
        until = [_since(at, origin_ns) for at in measured["cpu_at_ns"]]
        begun = [until[0] - window_s, *until[:-1]] if until else []
        yield PodTimeline(
            pod=str(name),
            node=next((str(node) for node in samples["node"].dropna()), None),
            created_s=_known(samples["created_ns"].min(), origin_ns),
            ready_s=_known(samples["ready_ns"].min(), origin_ns),
            from_s=tuple(begun),
            until_s=tuple(until),
            cpu_cores=tuple(float(one) for one in measured["cpu_cores"]),
        )


def _counts(column: "pd.Series[int]") -> Counts:
    return tuple(None if pd.isna(one) else int(one) for one in column)


def _known(at_ns: int, origin_ns: int) -> float | None:
    return None if pd.isna(at_ns) else _since(at_ns, origin_ns)


def _since(at_ns: int, origin_ns: int) -> float:
    return (int(at_ns) - origin_ns) / SECOND_NS
