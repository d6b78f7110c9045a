import hashlib
import struct

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from celsiusify_load_tests.config.load_spec import Segment
from celsiusify_load_tests.generator.arrivals import (
    SCHEDULES,
    Schedule,
    constant,
    fingerprint,
    poisson,
    share,
    stepped,
)

NS_PER_S = 1_000_000_000
STRETCHES = [Segment(3, 400), Segment(2, 3000), Segment(5, 700)]


@pytest.mark.parametrize(
    ("rate_rps", "duration_s", "arrivals"),
    [(100, 3, 300), (1, 0.5, 1), (3, 10, 30), (2.5, 2, 5), (7000, 1.5, 10_500), (0.1, 1, 1)],
)
def test_constant_arrivals_are_evenly_spaced(
    rate_rps: float, duration_s: float, arrivals: int
) -> None:
    """Each is within half a nanosecond of its place, so that no error adds up."""
    offsets = constant(rate_rps, duration_s, seed=1)

    assert len(offsets) == arrivals
    assert offsets[0] == 0
    assert np.abs(offsets - np.arange(arrivals) * NS_PER_S / rate_rps).max() <= 0.5
    assert offsets[-1] < duration_s * NS_PER_S


@pytest.mark.parametrize("seed", range(5))
def test_poisson_gaps_are_exponential(seed: int) -> None:
    """Kolmogorov and Smirnov find no difference from the exponential distribution (p > 0.01)."""
    gaps_s = np.diff(poisson(2000, 10, seed), prepend=0) / NS_PER_S
    assert stats.kstest(gaps_s, stats.expon(scale=1 / 2000).cdf).pvalue > 0.01


def test_the_test_of_gaps_tells_even_ones_from_exponential_ones() -> None:
    """Were poisson to space arrivals evenly, the test above would fail."""
    gaps_s = np.diff(constant(2000, 10, 1)) / NS_PER_S
    assert stats.kstest(gaps_s, stats.expon(scale=1 / 2000).cdf).pvalue < 0.01


def test_poisson_counts_vary_as_they_should() -> None:
    """Over many seeds the number of arrivals has the mean and the variance rate × duration."""
    counts = np.array([len(poisson(100, 1, seed)) for seed in range(1000)])
    assert abs(counts.mean() - 100) < 4 * 10 / np.sqrt(1000)
    assert 80 < counts.var(ddof=1) < 120


@pytest.mark.parametrize("kind", SCHEDULES)
def test_arrivals_ascend_within_the_duration(kind: str) -> None:
    """None is due before the begin or after the end, and the last comes near the end."""
    offsets = SCHEDULES[kind](5000, 2, 3)

    assert offsets.dtype == np.int64
    assert offsets[0] >= 0
    assert (np.diff(offsets) >= 0).all()
    assert 1.98 * NS_PER_S < offsets[-1] < 2 * NS_PER_S


def test_one_seed_makes_one_schedule() -> None:
    """The same seed gives the same hash, another seed another; so the schedule can be checked."""
    assert fingerprint(poisson(100, 5, 7)) == fingerprint(poisson(100, 5, 7))
    assert fingerprint(poisson(100, 5, 7)) != fingerprint(poisson(100, 5, 8))


def test_the_hash_is_of_plain_integers() -> None:
    """Anyone can compute it from the offsets, whatever the machine's byte order."""
    offsets = struct.pack("<4q", 0, 250_000_000, 500_000_000, 750_000_000)
    assert fingerprint(constant(4, 1, seed=1)) == hashlib.sha256(offsets).hexdigest()


@pytest.mark.parametrize("kind", SCHEDULES)
@pytest.mark.parametrize("processes", [1, 2, 3, 7])
def test_processes_share_the_schedule(kind: str, processes: int) -> None:
    """Together their shares are the whole, each arrival falls to one, and none has more work."""
    whole = SCHEDULES[kind](300, 1, 5)
    shares = [share(whole, process, processes) for process in range(processes)]

    assert sorted(np.concatenate(shares).tolist()) == list(range(len(whole)))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


def in_each_stretch(offsets: Schedule) -> list[NDArray[np.float64]]:
    """The arrivals of each stretch, in s from its begin."""
    ends_s = np.cumsum([0, *(stretch.duration_s for stretch in STRETCHES)])
    edges = np.searchsorted(offsets, np.rint(ends_s * NS_PER_S).astype(np.int64))
    return [
        offsets[first:end] / NS_PER_S - begin_s
        for first, end, begin_s in zip(edges, edges[1:], ends_s, strict=False)
    ]


@pytest.mark.parametrize("seed", range(5))
def test_poisson_gaps_are_exponential_in_each_step(seed: int) -> None:
    """With the mean of that step's rate; the first gap of each began in the step before."""
    for arrivals_s, (_, rate_rps) in zip(
        in_each_stretch(stepped("poisson", STRETCHES, seed)), STRETCHES, strict=True
    ):
        assert stats.kstest(np.diff(arrivals_s), stats.expon(scale=1 / rate_rps).cdf).pvalue > 0.01


@pytest.mark.parametrize("seed", range(5))
def test_poisson_arrivals_fall_anywhere_in_a_step(seed: int) -> None:
    """Given their number, arrivals of a Poisson process are uniform: no step runs into another."""
    for arrivals_s, (duration_s, _) in zip(
        in_each_stretch(stepped("poisson", STRETCHES, seed)), STRETCHES, strict=True
    ):
        assert stats.kstest(arrivals_s / duration_s, "uniform").pvalue > 0.01


def test_poisson_counts_of_a_step_vary_as_they_should() -> None:
    """Over many seeds the number of arrivals in each step has mean and variance rate × duration."""
    counts = np.array(
        [
            [len(arrivals) for arrivals in in_each_stretch(stepped("poisson", STRETCHES, seed))]
            for seed in range(500)
        ]
    )
    for step, (duration_s, rate_rps) in zip(counts.T, STRETCHES, strict=True):
        expected = duration_s * rate_rps
        assert abs(step.mean() - expected) < 4 * np.sqrt(expected / 500)
        assert 0.75 * expected < step.var(ddof=1) < 1.3 * expected


def test_constant_arrivals_are_even_in_each_step() -> None:
    """Gaps are 1/rate to the nanosecond, and the steps have rate × duration arrivals."""
    found = in_each_stretch(stepped("constant", STRETCHES, seed=1))
    for arrivals_s, (duration_s, rate_rps) in zip(found, STRETCHES, strict=True):
        assert len(arrivals_s) == duration_s * rate_rps
        assert np.abs(np.diff(arrivals_s) - 1 / rate_rps).max() < 2e-9


@pytest.mark.parametrize("kind", SCHEDULES)
def test_steps_of_one_rate_are_a_load_without_steps(kind: str) -> None:
    """But for the last nanosecond, which rounding may move."""
    whole = SCHEDULES[kind](500, 4, 9)
    parts = stepped(kind, [Segment(1, 500), Segment(3, 500)], 9)
    assert len(whole) == len(parts)
    assert np.abs(whole - parts).max() <= 1


def test_one_seed_makes_one_stepped_schedule() -> None:
    prints = [fingerprint(stepped("poisson", STRETCHES, seed)) for seed in (7, 7, 8)]
    assert prints[0] == prints[1] != prints[2]
