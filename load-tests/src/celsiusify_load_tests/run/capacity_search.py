"""Search the highest rate of an open load at which a target meets an objective.

The rate is doubled or halved until the limit lies between two rates, then bisected, then tried
again several times: one measurement of a rate near the limit is one toss of a coin (so MLPerf asks
for five repeats of a peak rate: mlcommons/inference_policies#82).
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from math import sqrt
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from celsiusify_load_tests.config.load_spec import Limits, Objective, Search
from celsiusify_load_tests.recording.format import DROPPED, OUTCOMES, SUCCEEDED
from celsiusify_load_tests.run.result import latency_ms, nearest_rank


class Verdict(StrEnum):
    """The result of one rate."""

    HELD = "held"
    MISSED = "missed"
    GENERATOR = "generator"
    """The objective was missed, and the load generator may be the reason."""


class Phase(StrEnum):
    """The purpose for which a rate is tried."""

    BRACKET = "bracket"
    BISECT = "bisect"
    CONFIRM = "confirm"


class Limit(StrEnum):
    """The reason why the rate isn't higher."""

    OBJECTIVE = "objective"
    GENERATOR = "generator"
    """The load generator gave out first: the target may be able to do more."""


Probe = Callable[[float, Phase], Verdict]
"""Loads the target at a rate, in requests/s, and judges it."""


@dataclass(frozen=True)
class Capacity:
    """The result of a search.

    Attributes:
        rate_rps: The highest confirmed rate; None if even the lowest rate missed the objective.
        limit: The reason why the rate isn't higher; if it is the generator, the capacity is at
            least `rate_rps`.
        confirmations: Whether each repeat met the objective.
    """

    rate_rps: float | None
    limit: Limit
    confirmations: list[bool] = field(default_factory=list)

    def content(self) -> dict[str, Any]:
        """Return the result's part of run.json."""
        return asdict(self)


class UnfinishedError(Exception):
    """A search that took too long; nothing is confirmed."""


def search(probe: Probe, limits: Search) -> Capacity:
    """Search the highest rate that meets the objective.

    Raises:
        UnfinishedError: If the search takes too many steps, or `probe` raises it.
    """
    trials = _Trials(probe, limits)
    _bracket(trials, limits)
    _bisect(trials, limits)
    return _confirm(trials, limits)


class _Trials:
    """The rates that were tried, and the bounds of the limit that follow."""

    def __init__(self, probe: Probe, limits: Search) -> None:
        self.held_rps: float | None = None
        self.missed_rps: float | None = None
        self.limit = Limit.OBJECTIVE
        self._probe = probe
        self._max_steps = self._left = limits.max_steps

    def holds(self, rate_rps: float, phase: Phase) -> bool:
        """Try a rate; return True if it meets the objective.

        Raises:
            UnfinishedError: If the number of steps is used up.
        """
        if not self._left:
            raise UnfinishedError(f"not found in {self._max_steps} steps")
        self._left -= 1
        verdict = self._probe(rate_rps, phase)
        if verdict is Verdict.HELD:
            self.held_rps = rate_rps
            return True
        self.missed_rps = rate_rps
        self.limit = Limit.GENERATOR if verdict is Verdict.GENERATOR else Limit.OBJECTIVE
        return False


def _bracket(trials: _Trials, limits: Search) -> None:
    """Double or halve the rate until the limit lies between two rates."""
    rate_rps = max(limits.start_rps, limits.lowest_rps)
    factor = 2.0 if trials.holds(rate_rps, Phase.BRACKET) else 0.5
    while not (trials.held_rps and trials.missed_rps):
        if trials.missed_rps == limits.lowest_rps:
            return
        rate_rps = max(round_rate(rate_rps * factor), limits.lowest_rps)
        trials.holds(rate_rps, Phase.BRACKET)


def _bisect(trials: _Trials, limits: Search) -> None:
    """Halve the ratio of the two rates until it is small."""
    while trials.held_rps and trials.missed_rps:
        if trials.missed_rps / trials.held_rps <= 1 + limits.precision:
            return
        trials.holds(round_rate(sqrt(trials.held_rps * trials.missed_rps)), Phase.BISECT)


def _confirm(trials: _Trials, limits: Search) -> Capacity:
    """Repeat the rate; if most repeats miss, go one step down and repeat that rate."""
    rate_rps, limit = trials.held_rps, trials.limit
    while rate_rps and rate_rps >= limits.lowest_rps:
        repeats = [trials.holds(rate_rps, Phase.CONFIRM) for _ in range(limits.confirmations)]
        if 2 * sum(repeats) > len(repeats):
            return Capacity(rate_rps, limit, repeats)
        limit = trials.limit
        rate_rps = round_rate(rate_rps / (1 + limits.precision))
    return Capacity(None, limit)


def round_rate(rate_rps: float) -> float:
    """Round to three digits: 1,234 requests/s can't be told from 1,233."""
    return float(f"{rate_rps:.3g}")


@dataclass(frozen=True)
class Step:
    """The figures of a load at one rate.

    Attributes:
        latency_ms: The objective's percentile of the response times; NaN without a success.
        failures_percent: The share of arrivals that failed or were dropped.
        delivered_percent: The share of arrivals that were sent.
        lag_ms: The 99th percentile of the load generator's lag.
        cpu_percent: The CPU usage of its busiest process; None if unknown.
    """

    latency_ms: float
    failures_percent: float
    delivered_percent: float
    lag_ms: float
    cpu_percent: float | None

    def holds(self, objective: Objective, limits: Limits) -> bool:
        """Return True if the objective is met, whatever the generator's part in the latency."""
        return (
            self.latency_ms <= objective.latency_ms
            and self.failures_percent < objective.failures_percent
            and self.delivered_percent >= limits.delivered_percent
        )

    def generator_problem(self, limits: Limits) -> str | None:
        """Return why the figures may be the generator's own, None if they aren't."""
        if self.lag_ms > limits.generator_lag_ms:
            return f"the load generator was {self.lag_ms:.3g} ms late (p99)"
        if self.cpu_percent is not None and self.cpu_percent > limits.generator_cpu_percent:
            return f"the load generator used {self.cpu_percent:.0f} % of its core"
        return None

    def judge(self, objective: Objective, limits: Limits) -> Verdict:
        """Judge a rate.

        The generator's lag adds to the response times. So a rate that meets the objective does so
        in spite of the lag, and only a miss may be the generator's fault.
        """
        if self.holds(objective, limits):
            return Verdict.HELD
        return Verdict.GENERATOR if self.generator_problem(limits) else Verdict.MISSED


def sum_up(rows: pa.Table, percentile: float, cpu_percent: float | None) -> Step:
    """Summarise the arrivals that were due in the measurement window.

    Args:
        rows: One row for each arrival, in the schema of `results/README.md`.
        percentile: The percentile of the response times to take.
        cpu_percent: The CPU usage of the generator's busiest process.
    """
    arrivals = rows.num_rows
    if not arrivals:
        return Step(np.nan, 100.0, 0.0, 0.0, cpu_percent)
    outcomes = pc.cast(rows["outcome"], pa.string())
    succeeded, dropped = (
        pc.sum(pc.equal(outcomes, OUTCOMES[outcome])).as_py() for outcome in (SUCCEEDED, DROPPED)
    )
    (percentile_ms,) = nearest_rank(latency_ms(rows), percentile)
    (lag_us,) = nearest_rank(rows["lag_us"].to_numpy(), 99)
    return Step(
        latency_ms=percentile_ms,
        failures_percent=100 * (arrivals - succeeded) / arrivals,
        delivered_percent=100 * (arrivals - dropped) / arrivals,
        lag_ms=lag_us / 1000,
        cpu_percent=cpu_percent,
    )
