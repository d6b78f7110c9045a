"""All that was measured of one target in one run."""

from __future__ import annotations

from dataclasses import dataclass

from celsiusify_reporting.closed_loop import ClosedLoop
from celsiusify_reporting.counting import Reconciliation
from celsiusify_reporting.failures import Failure
from celsiusify_reporting.latency import Distribution, Latency
from celsiusify_reporting.resources import Process
from celsiusify_reporting.run import Target
from celsiusify_reporting.seconds import History
from celsiusify_reporting.throughput import Counts, Throughput
from celsiusify_reporting.window import Window


@dataclass(frozen=True)
class Steady:
    """What the requests that started within the steady window say.

    Attributes:
        seconds: The window's length.
        latency: Of those that succeeded, as is `distribution`; None where none did.
        cpu_s_per_requests: CPU seconds of the target per `Method.per_requests` finished requests.
        workers: The load-generating processes.
        instances: How many instances of the target answered, or None where they don't tell.
    """

    window: Window
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
    instances: int | None


@dataclass(frozen=True)
class Measurement:
    """One target of a run; a part is None where it couldn't be measured, and `missing` says why."""

    name: str
    target: Target
    counting: Reconciliation | None
    steady: Steady | None
    history: History | None
    missing: tuple[str, ...]

    @property
    def title(self) -> str:
        """What the target is called."""
        return self.target.title

    @property
    def latency(self) -> Latency | None:
        """Latencies in the steady window, if any request succeeded there."""
        return self.steady.latency if self.steady else None

    def percentile_ms(self, percent: float) -> float | None:
        """A percentile of the latencies, where there are enough of them."""
        return self.latency.at(percent).ms if self.latency else None

    @property
    def throughput_rps(self) -> float | None:
        """Requests that succeeded, a second."""
        return self.steady.throughput.succeeded_rps if self.steady else None

    @property
    def closed_loop(self) -> ClosedLoop | None:
        """Where the load limits the result."""
        return self.steady.closed_loop if self.steady else None

    @property
    def ceiling_percent(self) -> float | None:
        """Finished requests as a share of what the users can ask for."""
        return self.closed_loop.ceiling_percent if self.closed_loop else None

    @property
    def generator_percent(self) -> float | None:
        """CPU of the busiest load-generating process, as a share of a core."""
        shares = [one.mean_percent for one in self.steady.workers] if self.steady else []
        known = [share for share in shares if share is not None]
        return max(known) if known else None
