from dataclasses import replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest
from scipy import signal, stats

from celsiusify_reporting.stats.intervals import (
    autocorrelation,
    autocorrelation_time,
    order_statistics,
)
from celsiusify_reporting.stats.latency import Percentile, summarise
from support.runs import METHOD

ONLY_P99 = replace(METHOD, percents=(99,))
SCATTER = 0.5
P99_MS = float(np.exp(SCATTER * stats.norm.ppf(0.99)))


def p99(normal: npt.NDArray[np.float64]) -> Percentile:
    """The 99th percentile of lognormal latencies around 1 ms, made of normal noise."""
    latency = summarise((1e6 * np.exp(SCATTER * normal)).astype(np.int64), ONLY_P99)
    assert latency
    return latency.at(99)


def holds(percentile: Percentile) -> bool:
    interval = percentile.interval
    return interval is not None and interval.low <= P99_MS <= interval.high


def dependent(n: int, share: float, random: np.random.Generator) -> npt.NDArray[np.float64]:
    """Normal noise in which each value keeps a share of the one before it."""
    steps = random.normal(0, np.sqrt(1 - share**2), n + 500)
    values: npt.NDArray[np.float64] = signal.lfilter([1], [1, -share], steps)[500:]
    return values


@pytest.mark.parametrize("n", [662, 2000, 20_000])
def test_interval_of_p99_holds_as_often_as_it_says(n: int) -> None:
    """95 % intervals hold the true p99 in 93 to 98 % of 1,000 runs of independent requests."""
    random = np.random.default_rng(n)
    held = sum(holds(p99(random.normal(size=n))) for _ in range(1000))

    assert 930 <= held <= 980


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_interval_of_dependent_requests_holds_too(share: float) -> None:
    """Slow requests in bursts widen the interval, which holds in at least 92 % of 400 runs."""
    random = np.random.default_rng(11)
    held = sum(holds(p99(dependent(20_000, share, random))) for _ in range(400))

    assert held >= 0.92 * 400


def test_interval_that_took_bursts_for_independent_would_fail() -> None:
    """With the plain sample size, the interval holds in under 85 %."""
    random = np.random.default_rng(12)
    shares = order_statistics(20_000, 0.99, 95)
    assert shares
    held = 0
    for _ in range(200):
        latencies = np.sort(np.exp(SCATTER * dependent(20_000, 0.9, random)))
        low, high = (latencies[round(share * 20_000) - 1] for share in shares)
        held += low <= P99_MS <= high

    assert held < 0.85 * 200


def test_bursts_that_are_worth_too_little_leave_no_interval() -> None:
    """The percentile is given as measured, without an interval."""
    random = np.random.default_rng(13)
    percentile = p99(dependent(1000, 0.99, random))

    assert percentile.ms is not None
    assert percentile.effective_sample_size < 500
    assert percentile.interval is None


@pytest.mark.parametrize(
    ("n", "share", "expected"),
    [
        # The 95 % interval of a median of ten: the second and the ninth.
        (10, 0.5, (Fraction(2, 10), Fraction(9, 10))),
        (100, 0.5, (Fraction(40, 100), Fraction(61, 100))),
        (5, 0.5, None),
        (100, 0.99, None),
    ],
)
def test_order_statistics_are_those_of_the_tables(
    n: int, share: float, expected: tuple[Fraction, Fraction] | None
) -> None:
    """Ranks of medians are as in textbooks; a small sample has none."""
    assert order_statistics(n, share, 95) == expected


def test_autocorrelation_is_that_of_its_definition() -> None:
    """The fast computation gives the same as the sum of products."""
    values = np.random.default_rng(5).normal(size=50)
    centred = values - values.mean()
    expected = [centred[: 50 - lag] @ centred[lag:] / (centred @ centred) for lag in range(50)]

    assert autocorrelation(values) == pytest.approx(expected)


@pytest.mark.parametrize(("share", "expected"), [(0, 1), (0.5, 3), (0.9, 19)])
def test_autocorrelation_time_of_known_dependence(share: float, expected: float) -> None:
    """(1 + φ) / (1 - φ) for values that keep a share φ of the one before."""
    values = dependent(200_000, share, np.random.default_rng(6))

    assert autocorrelation_time(values) == pytest.approx(expected, rel=0.1)


@pytest.mark.parametrize("values", [[], [1.0], [2.0, 2.0, 2.0]])
def test_what_does_not_vary_has_no_dependence(values: list[float]) -> None:
    """A series of equal values is worth its length."""
    assert autocorrelation_time(np.array(values)) == 1
