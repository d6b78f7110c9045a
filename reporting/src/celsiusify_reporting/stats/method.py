"""The definitions and limits behind a report, which every report contains."""

from dataclasses import dataclass

from celsiusify_reporting.inputs.load_plan import Limits


@dataclass(frozen=True, kw_only=True)
class Method:
    """The definitions and limits, in percent unless the name says otherwise.

    Attributes:
        percentile_definition: The definition of a percentile, as `percentiles_ms` computes it.
        percents: The percentiles of a report.
        needed_percent: The confidence that enough requests lie beyond a percentile.
        confidence_percent: The confidence of an interval, or of all comparisons of a run together.
        per_requests: The number of requests that CPU time is given for.
        equivalence_percent: The largest difference between equivalent targets.
        telling_percent: The largest difference that an interval may allow and still tell something.
        fewest_rounds: The fewest rounds of each target for a comparison.
        most_rounds: The most rounds that a report proposes.
        batches: The number of batches of a steady window in the test for drift.
        requests_per_batch: The fewest requests of a batch; a median needs 11.
        drift_percent: The largest difference between the thirds of a steady window.
        odd_rounds_percent: The share of a target's rounds that may drift, and that the load
            generator may lag in: the intervals, made of differences between rounds, include that.
        drift_chance: The probability below which a difference isn't due to chance.
        near_ceiling_percent: The share of N/Z above which the load sets the throughput.
        headroom: The smallest ratio of the load generator's own rate to the achieved rate.
        generator_cpu_percent: The largest CPU of a load-generating process, of a core.
        lag_warning_ms: The 99th percentile of the load generator's lag that causes a warning.
        lag_limit_ms: The 99th percentile of the lag that makes a run invalid.
        delivered_percent: The smallest share of a schedule that must be sent.
        residual_percent: The largest share of the users' time that may be unaccounted for.
        added_think_percent: The largest think time that the load generator may add.
        count_gap_percent: The largest difference between counts of requests.
        failures_percent: The share of failures that the conclusion mentions.
        clock_warning_ms: The offset of a worker's clock after its correction that causes a warning.
        clock_limit_ms: The offset of a worker's clock that makes a run invalid, and the uncertainty
            of the observing clock that causes a warning.
        throttled_warning_percent: The share of a round under a CPU quota's throttling that causes
            a warning.
        throttled_percent: The share of a round under throttling that makes a run invalid.
        uneven_times: The ratio of the busiest instance's share to an even one that is uneven.
        metrics_window_s: The window over which a metrics server averages a pod's CPU.
        answers_per_instance: The fewest answers of each instance to judge the shares.

    Source:
        `metrics_window_s` is the default of metrics-server's --metric-resolution.
        `needed_percent` is MLPerf Inference's early stopping (loadgen/early_stopping.cc);
        `drift_percent` perf_analyzer's stability (docs/cli.md), `lag_warning_ms` its limit of
        delayed requests (src/constants.h). `confidence_percent` is convention. The others are this
        project's own. A difference of 2 % is less than a server's next release makes. A load
        generator that is busy for less than a half, and late by little of the measured time, can't
        be what a figure shows. Offsets of clocks cancel out in latencies, since each worker takes
        them by its own clock. Offsets move requests along the axis of time, whose smallest part is
        a second: half a second puts most requests into another one, and a probe promises 50 ms. A
        quota that throttles the load generator for 1 % of the time affects one of a hundred
        requests, and so p99; 0.1 % affects p99.9. With 400 answers of each instance, chance alone
        makes no share exceed an even one by a quarter.
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
