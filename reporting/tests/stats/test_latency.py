import numpy as np
import pytest

from celsiusify_reporting.stats.latency import (
    distribution,
    percentiles_ms,
    requests_needed,
    summarise,
)
from support.runs import METHOD


@pytest.mark.parametrize(
    ("values_ms", "percent", "expected_ms"),
    [
        ([7], 50, 7),
        ([1, 2], 50, 1),
        ([1, 2, 3], 50, 2),
        ([4, 1, 3, 2], 75, 3),
        (list(range(1, 101)), 95, 95),
        (list(range(1, 101)), 99, 99),
        (list(range(1, 1001)), 99.9, 999),
        (list(range(1, 101)), 100, 100),
    ],
)
def test_percentile_is_the_nearest_rank(
    values_ms: list[int], percent: float, expected_ms: float
) -> None:
    """The p-th percentile is the smallest value that at least p % of the values don't exceed."""
    latencies = np.array(values_ms) * 10**6

    assert percentiles_ms(latencies, [percent]) == [expected_ms]


def test_percentile_is_exact_to_the_nanosecond() -> None:
    """Two latencies a nanosecond apart are two values."""
    latencies = np.array([1_000_000, 1_000_001, 1_000_002])

    assert percentiles_ms(latencies, [50]) == [1.000001]


def test_targets_that_locust_would_round_to_the_same_are_reported_apart() -> None:
    """Medians of 1.40 ms and 0.90 ms are given as such, where Locust gives 1 ms for both."""
    random = np.random.default_rng(7)
    streams = [random.lognormal(np.log(median_ms * 1e6), 0.35, 20_000) for median_ms in (1.4, 0.9)]
    medians = [percentiles_ms(stream.astype(np.int64), [50])[0] for stream in streams]

    assert medians == pytest.approx([1.40, 0.90], rel=0.01)


@pytest.mark.parametrize(("percent", "needed"), [(50, 11), (90, 64), (99, 662), (99.9, 6636)])
def test_requests_needed_are_those_of_mlperf(percent: float, needed: int) -> None:
    """MLPerf Inference's early stopping asks for 64, 662 and 6,636 requests at 99 % confidence."""
    assert requests_needed(percent, 99) == needed


@pytest.mark.parametrize(("n", "given"), [(661, False), (662, True)])
def test_percentile_is_given_from_the_needed_number_on(n: int, given: bool) -> None:
    """The 99th percentile of 661 requests is not given, that of 662 is."""
    latency = summarise(np.arange(1, n + 1) * 10**6, METHOD)
    assert latency

    assert (latency.at(99).ms is not None) == given
    assert latency.at(99).needed_requests == 662


def test_summary_of_known_latencies() -> None:
    """The summary has the number, the mean, the shortest and the longest latency."""
    latency = summarise(np.array([1, 2, 6]) * 10**6, METHOD)
    assert latency

    assert (latency.n, latency.mean_ms, latency.min_ms, latency.max_ms) == (3, 3, 1, 6)


def test_no_latencies_have_no_summary() -> None:
    """Without latencies there is no summary."""
    none = np.array([], dtype=np.int64)

    assert summarise(none, METHOD) is None
    assert distribution(none) is None


@pytest.mark.parametrize("n", [1, 7, 1000, 50_000])
def test_distribution_rises_to_the_longest(n: int) -> None:
    """The curve never falls, and ends with all requests at the longest latency."""
    latencies = np.random.default_rng(n).integers(1, 10**8, n)
    curve = distribution(latencies)
    assert curve

    assert list(curve.ms) == sorted(curve.ms)
    assert list(curve.share_percent) == sorted(set(curve.share_percent))
    assert (curve.share_percent[-1], curve.ms[-1]) == (100, latencies.max() / 1e6)
