"""All that was measured of one target in one run: its rounds, and what they say together."""

from __future__ import annotations

from dataclasses import dataclass

from celsiusify_reporting.closed_loop import ClosedLoop
from celsiusify_reporting.counting import Reconciliation
from celsiusify_reporting.failures import Failure
from celsiusify_reporting.latency import Distribution, Latency
from celsiusify_reporting.open_load import OpenLoad
from celsiusify_reporting.resources import Process
from celsiusify_reporting.run import RoundRecord, Target
from celsiusify_reporting.seconds import History
from celsiusify_reporting.stationarity import Stationarity
from celsiusify_reporting.throughput import Counts, Throughput
from celsiusify_reporting.window import Window


@dataclass(frozen=True)
class Steady:
    """What the requests that were due within the steady window of a round, or of several, say.

    Attributes:
        seconds: The windows' length.
        latency: Of those that succeeded, as is `distribution`; None where none did.
        cpu_s_per_requests: CPU seconds of the target per `Method.per_requests` finished requests.
        workers: The load-generating processes.
        closed_loop: Where a closed load limits the result; None for an open one.
        open_load: What was delivered of an open load; None for a closed one.
        response_bytes: The mean length of an answer's body.
        instances: How many instances of the target answered in a round, at most; None where they
            don't tell.
    """

    seconds: float
    counts: Counts
    throughput: Throughput
    latency: Latency | None
    distribution: Distribution | None
    failures: tuple[Failure, ...]
    process: Process | None
    workers: tuple[Process, ...]
    cpu_s_per_requests: float | None
    closed_loop: ClosedLoop | None
    open_load: OpenLoad | None
    response_bytes: float | None
    instances: int | None

    def percentile_ms(self, percent: float) -> float | None:
        """A percentile of the latencies, where there are enough of them."""
        return self.latency.at(percent).ms if self.latency else None

    @property
    def generator_percent(self) -> float | None:
        """CPU of the busiest load-generating process, as a share of a core."""
        known = [one.mean_percent for one in self.workers if one.mean_percent is not None]
        return max(known, default=None)


@dataclass(frozen=True)
class Round:
    """One load of a target; a part is None where it couldn't be measured.

    Attributes:
        window: The steady window, less what `stationarity` cut off its start.
        history: The whole round, second by second.
    """

    record: RoundRecord
    window: Window | None
    counting: Reconciliation | None
    steady: Steady | None
    stationarity: Stationarity | None
    history: History | None


@dataclass(frozen=True)
class Measurement:
    """One target of a run; a part is None where it couldn't be measured.

    Attributes:
        rounds: Each load of it, in order.
        counting: Of all rounds together.
        steady: Of the steady windows of all rounds together; in a search for the highest rate, of
            the rounds that confirmed it.
        unmeasured: Which requests are missing, and why: then nothing can be concluded.
        missing: What else is.
    """

    name: str
    target: Target
    rounds: tuple[Round, ...]
    counting: Reconciliation | None
    steady: Steady | None
    unmeasured: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def title(self) -> str:
        """What the target is called."""
        return self.target.called

    @property
    def histories(self) -> tuple[History, ...]:
        """The course of each round that was measured."""
        return tuple(one.history for one in self.rounds if one.history)

    @property
    def latency(self) -> Latency | None:
        """Latencies in the steady windows, if any request succeeded there."""
        return self.steady.latency if self.steady else None

    def percentile_ms(self, percent: float) -> float | None:
        """A percentile of the latencies, where there are enough of them."""
        return self.steady.percentile_ms(percent) if self.steady else None

    @property
    def throughput_rps(self) -> float | None:
        """Requests that succeeded, a second."""
        return self.steady.throughput.succeeded_rps if self.steady else None

    @property
    def closed_loop(self) -> ClosedLoop | None:
        """Where the load limits the result."""
        return self.steady.closed_loop if self.steady else None

    @property
    def open_load(self) -> OpenLoad | None:
        """What was delivered of an open load."""
        return self.steady.open_load if self.steady else None

    @property
    def ceiling_percent(self) -> float | None:
        """Finished requests as a share of what the users can ask for."""
        return self.closed_loop.ceiling_percent if self.closed_loop else None

    @property
    def generator_percent(self) -> float | None:
        """CPU of the busiest load-generating process, as a share of a core."""
        return self.steady.generator_percent if self.steady else None
