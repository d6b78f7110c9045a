"""Targets of one run side by side, one measure at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from celsiusify_reporting.measurement import Measurement
from celsiusify_reporting.method import Method


@dataclass(frozen=True)
class Comparison:
    """The lowest and the highest target by one measure; `times` is their ratio.

    `alike` says that they are closer than `Method.alike_percent`.
    """

    lowest: str
    lowest_value: float
    highest: str
    highest_value: float
    times: float
    alike: bool


@dataclass(frozen=True)
class Comparisons:
    """Each measure, or None where there are fewer than two figures of it above nought."""

    throughput_rps: Comparison | None
    p50_ms: Comparison | None
    p99_ms: Comparison | None
    cpu_s_per_requests: Comparison | None


def compare_all(measurements: Sequence[Measurement], method: Method) -> Comparisons:
    """Compare targets that answered, by every measure."""
    return Comparisons(
        throughput_rps=_compare(measurements, lambda one: one.throughput_rps, method),
        p50_ms=_compare(measurements, lambda one: one.percentile_ms(50), method),
        p99_ms=_compare(measurements, lambda one: one.percentile_ms(99), method),
        cpu_s_per_requests=_compare(measurements, _cpu_s, method),
    )


def _cpu_s(one: Measurement) -> float | None:
    return one.steady.cpu_s_per_requests if one.steady else None


def _compare(
    measurements: Sequence[Measurement],
    value_of: Callable[[Measurement], float | None],
    method: Method,
) -> Comparison | None:
    # What was too little to measure, such as no CPU time at all, has no ratio to anything.
    values = [(value, one.title) for one in measurements if (value := value_of(one))]
    if len(values) < 2:
        return None
    (lowest_value, lowest), (highest_value, highest) = min(values), max(values)
    times = highest_value / lowest_value
    alike = times <= 1 + method.alike_percent / 100
    return Comparison(lowest, lowest_value, highest, highest_value, times, alike)
