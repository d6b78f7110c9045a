"""All that was measured of one target in one run: its rounds, and what they say together."""

from dataclasses import dataclass

from celsiusify_reporting.inputs.run_json import RoundRecord, Target
from celsiusify_reporting.stats.closed_loop import ClosedLoop
from celsiusify_reporting.stats.counts import Reconciliation
from celsiusify_reporting.stats.latency import Latency
from celsiusify_reporting.stats.open_load import OpenLoad
from celsiusify_reporting.stats.scaling.changes import Change
from celsiusify_reporting.stats.scaling.instances import Instances
from celsiusify_reporting.stats.scaling.replicas import Replicas, together
from celsiusify_reporting.stats.scaling.timeline import Timeline
from celsiusify_reporting.stats.segments import Segment, highest
from celsiusify_reporting.stats.stationarity import Stationarity
from celsiusify_reporting.stats.timeseries import History
from celsiusify_reporting.stats.window import Window
from celsiusify_reporting.stats.window_stats import WindowStats


@dataclass(frozen=True)
class Round:
    """One load of a target; a part is None where it couldn't be measured.

    Attributes:
        window: The steady window, less what `stationarity` cut off its start.
        history: The whole round, second by second.
        steps: Those of the schedule's rate, where it has any: then `stationarity` is theirs.
        replicas: How many were ready in the window.
    """

    record: RoundRecord
    window: Window | None
    counting: Reconciliation | None
    window_stats: WindowStats | None
    stationarity: Stationarity | None
    history: History | None
    steps: tuple[Segment, ...] | None = None
    replicas: Replicas | None = None

    @property
    def compared(self) -> WindowStats | None:
        """What targets are compared by: the step of the highest rate, or all of the window."""
        step = highest(self.steps or ())
        return step.window_stats if step else self.window_stats


@dataclass(frozen=True)
class Measurement:
    """One target of a run; a part is None where it couldn't be measured.

    Attributes:
        rounds: Each load of it, in order.
        counting: Of all rounds together.
        window_stats: The statistics of all steady windows together; in a search for the highest
            rate, of the rounds that confirmed it.
        unmeasured: Which requests are missing, and why: then nothing can be concluded.
        missing: What else is.
        steps: The steps of a schedule's rate, each of all rounds together.
        instances: Which of several instances answered what.
        changes: How replicas followed the load.
        timeline: Load and replicas over time.
    """

    name: str
    target: Target
    rounds: tuple[Round, ...]
    counting: Reconciliation | None
    window_stats: WindowStats | None
    unmeasured: tuple[str, ...]
    missing: tuple[str, ...]
    steps: tuple[Segment, ...] | None = None
    instances: Instances | None = None
    changes: tuple[Change, ...] | None = None
    timeline: Timeline | None = None

    @property
    def title(self) -> str:
        """What the target is called."""
        return self.target.called

    @property
    def histories(self) -> tuple[History, ...]:
        """The course of each round that was measured."""
        return tuple(one.history for one in self.rounds if one.history)

    @property
    def peak(self) -> Segment | None:
        """The step of the highest rate, where there are steps."""
        return highest(self.steps or ())

    @property
    def compared(self) -> WindowStats | None:
        """What it is compared by: the step of the highest rate, or all of the windows."""
        return self.peak.window_stats if self.peak else self.window_stats

    @property
    def replicas(self) -> Replicas | None:
        """How many were ready in the steady windows."""
        return together([one.replicas for one in self.rounds])

    @property
    def latency(self) -> Latency | None:
        """Latencies in the steady windows, if any request succeeded there."""
        return self.window_stats.latency if self.window_stats else None

    def percentile_ms(self, percent: float) -> float | None:
        """A percentile of the latencies, where there are enough of them."""
        return self.window_stats.percentile_ms(percent) if self.window_stats else None

    @property
    def throughput_rps(self) -> float | None:
        """Requests that succeeded, a second."""
        return self.window_stats.throughput.succeeded_rps if self.window_stats else None

    @property
    def closed_loop(self) -> ClosedLoop | None:
        """Where the load limits the result."""
        return self.window_stats.closed_loop if self.window_stats else None

    @property
    def open_load(self) -> OpenLoad | None:
        """What was delivered of an open load."""
        return self.window_stats.open_load if self.window_stats else None

    @property
    def ceiling_percent(self) -> float | None:
        """Finished requests as a share of what the users can ask for."""
        return self.closed_loop.ceiling_percent if self.closed_loop else None
