"""Timelines of a target's load and replicas, as the plots show them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from celsiusify_reporting.stats.target_data import TargetData
from celsiusify_reporting.stats.timeseries import History, Second

SECOND_NS = 10**9

Counts = tuple[int | None, ...]
Values = tuple[float | None, ...]


@dataclass(frozen=True)
class PodTimeline:
    """The CPU of a pod: `cpu_cores[i]` is the mean from `from_s[i]` to `until_s[i]`.

    Attributes:
        created_s: When Kubernetes created the pod, in whole seconds.
        ready_s: When the pod was first ready, in whole seconds.
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
    """The load and the replicas since the first round's steady window began.

    Attributes:
        second_s: The whole seconds of load of all rounds, with a gap (None) between two rounds.
        offered_rps: The rate of due requests, or in a closed load of sent ones.
        sample_s: The times of samples, to which the counts of replicas belong.
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
    data: TargetData, rounds: Sequence[LoadSeconds], change_ns: Sequence[int], origin_ns: int
) -> Timeline:
    """Put the samples and the requests of a target on one axis of time.

    Args:
        data: The target's data, with samples of replicas.
        rounds: The seconds of each round that was measured.
        change_ns: When the load changed.
        origin_ns: The start of the first round's steady window.
    """
    assert data.scale is not None
    lines = list(_loads(rounds, origin_ns))
    second_s, offered, answered, p50, p99 = zip(*lines, strict=True) if lines else [()] * 5
    scale = data.scale
    return Timeline(
        second_s=second_s,
        offered_rps=offered,
        answered_rps=answered,
        p50_ms=p50,
        p99_ms=p99,
        sample_s=tuple(_since(at_ns, origin_ns) for at_ns in scale["time_ns"]),
        desired=_counts(scale["desired"]),
        ready=_counts(scale["ready"]),
        hpa_desired=_counts(scale["hpa_desired"]),
        hpa_cpu_percent=tuple(None if pd.isna(cpu) else cpu for cpu in scale["hpa_cpu_percent"]),
        pods=tuple(_pods(data, origin_ns)),
        step_s=tuple(_since(at_ns, origin_ns) for at_ns in change_ns),
    )


def _loads(rounds: Sequence[LoadSeconds], origin_ns: int) -> Iterator[tuple[float | None, ...]]:
    for number, load in enumerate(rounds):
        if number:
            yield (None,) * 5
        history = load.history
        series = (history.succeeded_rps, history.p50_ms, history.p99_ms)
        for second, answered, p50, p99 in zip(load.seconds, *series, strict=True):
            due = second.counts.started + second.counts.dropped
            offered = due / second.seconds
            yield _since(second.from_ns, origin_ns), offered, answered, p50, p99


def _pods(data: TargetData, origin_ns: int) -> Iterator[PodTimeline]:
    """Yield the timeline of each pod, whose first window has no recorded start."""
    if data.pods is None:
        return
    created = data.pods.groupby("pod")["created_ns"].min().sort_values()
    for name in created.index:
        samples = data.pods[data.pods["pod"] == name]
        measured = samples.dropna(subset=["cpu_at_ns", "cpu_cores"]).drop_duplicates("cpu_at_ns")
        until_s = [_since(at_ns, origin_ns) for at_ns in measured["cpu_at_ns"]]
        from_s = [until_s[0] - data.method.metrics_window_s, *until_s[:-1]] if until_s else []
        yield PodTimeline(
            pod=str(name),
            node=next((str(node) for node in samples["node"].dropna()), None),
            created_s=_known(samples["created_ns"].min(), origin_ns),
            ready_s=_known(samples["ready_ns"].min(), origin_ns),
            from_s=tuple(from_s),
            until_s=tuple(until_s),
            cpu_cores=tuple(float(cores) for cores in measured["cpu_cores"]),
        )


def _counts(column: "pd.Series[int]") -> Counts:
    return tuple(None if pd.isna(count) else int(count) for count in column)


def _known(at_ns: int, origin_ns: int) -> float | None:
    return None if pd.isna(at_ns) else _since(at_ns, origin_ns)


def _since(at_ns: int, origin_ns: int) -> float:
    return (int(at_ns) - origin_ns) / SECOND_NS
