"""Does a load at some rate hold an objective, and if not, was it the load generator?"""

from dataclasses import asdict, dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from celsiusify_load_tests.capacity import Verdict
from celsiusify_load_tests.rows import DROPPED, OUTCOMES, SUCCEEDED
from celsiusify_load_tests.summary import latency_ms

DELIVERED_PERCENT = 99.0
"""How many of the arrivals must have been sent."""
LAG_MS = 5.0
"""How late the generator itself may be in 1 % of all arrivals."""
CPU_PERCENT = 90.0
"""How busy a generator's process may be, which can use no more than one core."""


@dataclass(frozen=True)
class Objective:
    """What a target must hold.

    Attributes:
        percentile: Of the response times, counted from when each request was due.
        latency_ms: What that percentile may be at most.
        failures_percent: Fewer arrivals than this may go unanswered or be answered wrongly.
    """

    percentile: float = 99.0
    latency_ms: float = 50.0
    failures_percent: float = 0.1

    def content(self) -> dict[str, float]:
        """What run.json says of it."""
        return asdict(self)


@dataclass(frozen=True)
class Step:
    """The figures of a load at one rate.

    Attributes:
        latency_ms: The objective's percentile of the response times; NaN where none succeeded.
        failures_percent: Arrivals that did not succeed, dropped ones among them.
        delivered_percent: Arrivals that were sent.
        lag_ms: The 99th percentile of how late the generator itself was.
        cpu_percent: How busy the busiest of its processes was; None where that isn't known.
    """

    latency_ms: float
    failures_percent: float
    delivered_percent: float
    lag_ms: float
    cpu_percent: float | None

    def holds(self, objective: Objective) -> bool:
        """Say whether the objective is held, whatever the generator's part in the latency."""
        return (
            self.latency_ms <= objective.latency_ms
            and self.failures_percent < objective.failures_percent
            and self.delivered_percent >= DELIVERED_PERCENT
        )

    def generator_problem(self) -> str | None:
        """Why the figures may be the generator's own, if so."""
        if self.lag_ms > LAG_MS:
            return f"the load generator was {self.lag_ms:.3g} ms late (p99)"
        if self.cpu_percent is not None and self.cpu_percent > CPU_PERCENT:
            return f"the load generator used {self.cpu_percent:.0f} % of its core"
        return None

    def judge(self, objective: Objective) -> Verdict:
        """Say what came of the rate.

        A generator that lags adds to the response times. So what holds all the same does hold, and
        only what doesn't may be its fault.
        """
        if self.holds(objective):
            return Verdict.HELD
        return Verdict.GENERATOR if self.generator_problem() else Verdict.MISSED


def sum_up(rows: pa.Table, percentile: float, cpu_percent: float | None) -> Step:
    """Sum up the arrivals that were due in the steady part of a load.

    Args:
        rows: One row an arrival, in the schema of `results/README.md`.
        percentile: Which one of the response times to take.
        cpu_percent: How busy the busiest process of the generator was.
    """
    arrivals = rows.num_rows
    if not arrivals:
        return Step(np.nan, 100.0, 0.0, 0.0, cpu_percent)
    outcomes = pc.cast(rows["outcome"], pa.string())
    succeeded, dropped = (
        pc.sum(pc.equal(outcomes, OUTCOMES[outcome])).as_py() for outcome in (SUCCEEDED, DROPPED)
    )
    found_ms = latency_ms(rows)
    return Step(
        latency_ms=float(np.percentile(found_ms, percentile)) if len(found_ms) else np.nan,
        failures_percent=100 * (arrivals - succeeded) / arrivals,
        delivered_percent=100 * (arrivals - dropped) / arrivals,
        lag_ms=float(np.percentile(rows["lag_us"].to_numpy(), 99)) / 1000,
        cpu_percent=cpu_percent,
    )
