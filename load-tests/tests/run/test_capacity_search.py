"""The search against queues that are simulated or solved: no load is made, no time passes."""

from collections.abc import Callable
from decimal import Decimal, localcontext
from math import floor

import numpy as np
import pytest
from scipy.optimize import brentq

from celsiusify_load_tests.config.load_spec import Search
from celsiusify_load_tests.generator.arrivals import poisson
from celsiusify_load_tests.run.capacity_search import (
    Capacity,
    Limit,
    Phase,
    UnfinishedError,
    Verdict,
    search,
)

SERVICE_S = 0.002
BOUND_S = 0.05
STEP_S = 60.0


def md1_share_within(rate_rps: float, wait_s: float) -> float:
    """The share of an M/D/1 queue's customers who wait no longer: Erlang's formula of 1909.

    The terms of its alternating sum are large, so that they need more digits than a float has.
    (Tijms, A First Course in Stochastic Models, section 9.6.2.)
    """
    with localcontext() as context:
        context.prec = 80
        rate, service, wait = Decimal(rate_rps), Decimal(SERVICE_S), Decimal(wait_s)
        total, factorial = Decimal(0), Decimal(1)
        for k in range(floor(wait_s / SERVICE_S) + 1):
            factorial *= max(k, 1)
            x = rate * (k * service - wait)
            total += (x**k if k else 1) / factorial * (-x).exp()
        return float((1 - rate * service) * total)


LIMIT_RPS: float = brentq(lambda rate: md1_share_within(rate, BOUND_S - SERVICE_S) - 0.99, 100, 499)
"""Where the 99th percentile of the response time is the bound."""


def response_p99_s(rate_rps: float, seed: int) -> float:
    """Simulate a server that takes 2 ms for each: Lindley's recursion (1952) for its waits.

    W[n+1] = max(0, W[n] + S - T[n]) is a random walk less its running minimum.
    """
    gaps_s = np.diff(poisson(rate_rps, STEP_S, seed)) / 1e9
    walk = np.concatenate([[0.0], np.cumsum(SERVICE_S - gaps_s)])
    waits_s = walk - np.minimum.accumulate(walk)
    return float(np.percentile(waits_s + SERVICE_S, 99))


class Queue:
    """A probe of the simulated queue that remembers what it was asked."""

    def __init__(self, seed: int, generator_rps: float = np.inf) -> None:
        self.tried: list[tuple[float, Phase]] = []
        self._seed = seed
        self._generator_rps = generator_rps

    def __call__(self, rate_rps: float, phase: Phase) -> Verdict:
        """Load the queue at a rate."""
        self.tried.append((rate_rps, phase))
        if rate_rps > self._generator_rps:
            return Verdict.GENERATOR
        p99_s = response_p99_s(rate_rps, 1000 * self._seed + len(self.tried))
        return Verdict.HELD if p99_s <= BOUND_S else Verdict.MISSED


def step(limit_rps: float) -> Callable[[float, Phase], Verdict]:
    """A target that holds every rate up to a limit and none beyond."""
    return lambda rate, _: Verdict.HELD if rate <= limit_rps else Verdict.MISSED


def test_the_simulated_queue_has_the_percentile_that_theory_gives() -> None:
    """At the analytic limit the simulation's 99th percentile is the bound, within 5 %."""
    p99_s = np.mean([response_p99_s(LIMIT_RPS, seed) for seed in range(40)])
    assert p99_s == pytest.approx(BOUND_S, rel=0.05)
    assert 440 < LIMIT_RPS < 490


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("start_rps", [100, 3000])
def test_the_search_finds_a_queues_limit_within_five_percent(seed: int, start_rps: float) -> None:
    """From below or above, the rate found is the one that theory gives for M/D/1."""
    queue = Queue(seed)
    found = search(queue, Search(start_rps=start_rps))

    assert found.rate_rps == pytest.approx(LIMIT_RPS, rel=0.05)
    assert found.limit is Limit.OBJECTIVE
    assert sum(found.confirmations) >= 2
    assert len(queue.tried) <= 25


@pytest.mark.parametrize("generator_rps", [130, 300, 410])
def test_a_generator_that_gives_out_first_says_at_least(generator_rps: float) -> None:
    """The queue could do more than what was tried: the limit is the generator's."""
    found = search(Queue(1, generator_rps), Search())

    assert found.limit is Limit.GENERATOR
    assert found.rate_rps is not None
    assert found.rate_rps == pytest.approx(generator_rps, rel=0.05)
    assert found.rate_rps <= generator_rps
    assert found.confirmations == [True] * 3


@pytest.mark.parametrize("limit_rps", [1.5, 37, 99.9, 100, 101, 5230, 77_000])
def test_a_sharp_limit_is_found_from_below(limit_rps: float) -> None:
    """The rate holds, and one that is 3 % higher doesn't (a rate has three digits)."""
    found = search(step(limit_rps), Search())

    assert found.rate_rps is not None
    assert limit_rps / 1.03 < found.rate_rps <= limit_rps
    assert found.confirmations == [True] * 3


def test_a_target_that_never_holds_has_no_capacity() -> None:
    """The search goes down to the lowest rate and gives up."""
    queue: list[float] = []

    def probe(rate_rps: float, _: Phase) -> Verdict:
        queue.append(rate_rps)
        return Verdict.MISSED

    assert search(probe, Search()) == Capacity(None, Limit.OBJECTIVE)
    assert min(queue) == queue[-1] == 1
    assert len(queue) == 8


@pytest.mark.parametrize("held", [[True, False, True], [False, True, True]])
def test_most_repeats_decide(held: list[bool]) -> None:
    """One repeat that fails doesn't take the rate away."""
    answers = iter(held)

    def probe(rate_rps: float, phase: Phase) -> Verdict:
        holds = next(answers) if phase is Phase.CONFIRM else rate_rps <= 1000
        return Verdict.HELD if holds else Verdict.MISSED

    found = search(probe, Search())
    assert found.confirmations == held
    assert found.rate_rps == pytest.approx(1000, rel=0.05)


def test_a_rate_that_was_luck_is_not_the_answer() -> None:
    """Where most repeats fail, lower rates are tried, as often, until most hold."""
    tried: list[float] = []

    def probe(rate_rps: float, phase: Phase) -> Verdict:
        tried.append(rate_rps)
        limit = 900 if phase is Phase.CONFIRM else 1000
        return Verdict.HELD if rate_rps <= limit else Verdict.MISSED

    found = search(probe, Search())
    assert found.rate_rps is not None
    assert 900 / 1.05 < found.rate_rps <= 900
    assert tried[-3:] == [found.rate_rps] * 3


@pytest.mark.parametrize("max_steps", range(12))
def test_the_search_keeps_to_its_number_of_steps(max_steps: int) -> None:
    """However far it is, it ends; a rate that wasn't confirmed is not a result."""
    queue = Queue(1)
    with pytest.raises(UnfinishedError, match=f"not found in {max_steps} steps"):
        search(queue, Search(max_steps=max_steps))

    assert len(queue.tried) == max_steps


def test_phases_follow_each_other() -> None:
    """It brackets, then bisects, then confirms."""
    queue = Queue(1)
    search(queue, Search())
    phases = [phase for _, phase in queue.tried]

    assert phases == sorted(phases, key=list(Phase).index)
    assert set(phases) == set(Phase)


def test_the_search_begins_no_lower_than_it_may_go() -> None:
    queue = Queue(1)
    search(queue, Search(start_rps=0.5, lowest_rps=20))
    assert queue.tried[0] == (20, Phase.BRACKET)
