"""The choices that the statistics and the wording rest on; every report carries them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Method:
    """Definitions and limits, in percent unless the name says otherwise.

    Attributes:
        percentile_definition: How `latency.percentiles_ms` takes them.
        percents: The percentiles that a report gives.
        confidence_percent: How sure a percentile must be before it is given.
        per_requests: What CPU time is divided by.
        near_ceiling_percent: Above this share of N/Z throughput shows the load, not the target.
        generator_cpu_percent: Above this share of a core a load-generating process is at its limit.
        residual_percent: How far users, throughput, latency and think time may disagree.
        added_think_percent: By how much users may think longer than the profile asks for.
        server_gap_percent: How far the target's own count of requests may be off.
        alike_percent: Two figures this close are called alike.
        failures_percent: From this share of failures on, the conclusion speaks of them.
    """

    percentile_definition: str = "nearest rank"
    percents: tuple[float, ...] = (50, 90, 95, 99, 99.9)
    confidence_percent: float = 99
    per_requests: int = 1000
    near_ceiling_percent: float = 85
    generator_cpu_percent: float = 80
    residual_percent: float = 2
    added_think_percent: float = 5
    server_gap_percent: float = 0.1
    alike_percent: float = 5
    failures_percent: float = 0.1


METHOD = Method()
