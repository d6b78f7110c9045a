"""The choices that the statistics and the wording rest on; every report carries them."""

from dataclasses import dataclass

from celsiusify_reporting.inputs.load_plan import Limits


@dataclass(frozen=True, kw_only=True)
class Method:
    """Definitions and limits, in percent unless the name says otherwise.

    Attributes:
        percentile_definition: How `latency.percentiles_ms` takes them.
        percents: The percentiles that a report gives.
        needed_percent: How sure a percentile must be before it is given.
        confidence_percent: Of every interval; of a run's comparisons, of all of them together.
        per_requests: What CPU time is divided by.
        equivalence_percent: Targets that differ by no more than this are equivalent.
        telling_percent: A comparison that leaves room for more than this, either way, tells
            nothing.
        fewest_rounds: Of each target, before any two are compared.
        most_rounds: More than these are not proposed.
        batches: Into how many a steady window is cut to see whether it kept its pace.
        requests_per_batch: How many a batch has at least; a median needs 11.
        drift_percent: By how much the thirds of a steady window may differ.
        odd_rounds_percent: How many of a target's rounds may drift, and in how many the load
            generator may lag: the intervals, made of what differs between rounds, hold that much.
        drift_chance: How rarely chance alone must make such a difference, as a probability.
        near_ceiling_percent: Above this share of N/Z throughput shows the load, not the target.
        headroom: How many times as many requests a second the load generator must be able to make.
        generator_cpu_percent: Above this share of a core a load-generating process is at its limit.
        lag_warning_ms: The 99th percentile of the load generator's lag from which on it is told.
        lag_limit_ms: The same from which on the run is invalid.
        delivered_percent: How much of a schedule must be sent.
        residual_percent: How far users, throughput, latency and think time may disagree.
        added_think_percent: By how much users may think longer than the profile asks for.
        count_gap_percent: How far counts of requests may disagree.
        failures_percent: From this share of failures on, the conclusion speaks of them.
        clock_warning_ms: What the correction of a worker's clock may leave until it is told.
        clock_limit_ms: The same from which on the run is invalid; and how little the clock that
            replicas were watched by may be known until it is told.
        throttled_warning_percent: How much of a round a CPU quota may hold the load generator back
            until it is told.
        throttled_percent: The same from which on the run is invalid.
        uneven_times: How much more than an even share the busiest of several instances may answer
            until it is told.
        metrics_window_s: Over how long a metrics server means a pod's CPU.
        answers_per_instance: How many answers it takes before shares are judged.

    Source:
        `metrics_window_s` is metrics-server's --metric-resolution as it is by default.
        `needed_percent` is MLPerf Inference's early stopping (loadgen/early_stopping.cc);
        `drift_percent` perf_analyzer's stability (docs/cli.md), `lag_warning_ms` its limit of
        delayed requests (src/constants.h). `confidence_percent` is convention. The others are this
        project's own: a difference of 2 % is less than a server's next release makes, and a
        generator that is busy for less than a half, and late by little of what it measures, can't
        be what a figure shows. Offsets of clocks cancel out in latencies, which each worker takes
        by its own; they move requests along the axis of time, whose smallest part is a second:
        half of one puts most requests into another, and 50 ms are what a probe promises. A quota
        that holds the load generator back for 1 % of the time is in one of a hundred requests,
        and so in p99; for 0.1 %, in p99.9. With 400 answers each, chance alone makes no share of
        an instance exceed an even one by a quarter.
    """

    percentile_definition: str = "nearest rank"
    percents: tuple[float, ...] = (50, 90, 95, 99, 99.9)
    needed_percent: float = 99
    confidence_percent: float = 95
    per_requests: int = 1000
    equivalence_percent: float = 2
    telling_percent: float = 10
    fewest_rounds: int = 3
    most_rounds: int = 200
    batches: int = 36
    requests_per_batch: int = 11
    drift_percent: float = 10
    drift_chance: float = 0.001
    odd_rounds_percent: float = 20
    near_ceiling_percent: float = 85
    headroom: float = 2
    generator_cpu_percent: float
    lag_warning_ms: float = 1
    lag_limit_ms: float
    delivered_percent: float
    residual_percent: float = 2
    added_think_percent: float = 5
    count_gap_percent: float = 0.1
    failures_percent: float = 0.1
    clock_warning_ms: float = 50
    clock_limit_ms: float = 500
    throttled_warning_percent: float = 0.1
    throttled_percent: float = 1
    uneven_times: float = 1.25
    answers_per_instance: int = 400
    metrics_window_s: float = 15


def method_for(limits: Limits) -> Method:
    """Return the method for a run: load-tests records the limits of its load generator with it."""
    return Method(
        generator_cpu_percent=limits.generator_cpu_percent,
        lag_limit_ms=limits.generator_lag_ms,
        delivered_percent=limits.delivered_percent,
    )
