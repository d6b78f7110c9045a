"""The measurement of a target: its rounds, and the statistics of all together."""

from dataclasses import dataclass, field
from enum import StrEnum

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
from celsiusify_reporting.stats.target_data import Window
from celsiusify_reporting.stats.timeseries import History
from celsiusify_reporting.stats.window_stats import WindowStats

# A figure's name ends in its unit; `target` and `targets` are names of targets.
Figure = bool | int | float | str | tuple[str, ...] | None
Figures = dict[str, Figure]


class MissingCode(StrEnum):
    """What is missing of a target; LEGACY holds an older report's sentence as `text`."""

    NO_REQUESTS_RECORDED = "no_requests_recorded"
    ROUND_NOT_MEASURED = "round_not_measured"
    NO_STEADY_WINDOW = "no_steady_window"
    NO_REQUEST_IN_WINDOW = "no_request_in_window"
    NO_USERS_FILE = "no_users_file"
    NO_USAGE_FILE = "no_usage_file"
    PROCESSES_OUT_OF_REACH = "processes_out_of_reach"
    TARGET_CPU_UNKNOWN = "target_cpu_unknown"
    TARGET_MEMORY_UNKNOWN = "target_memory_unknown"
    GENERATOR_CPU_UNKNOWN = "generator_cpu_unknown"
    WORKER_CPU_UNKNOWN = "worker_cpu_unknown"
    LEGACY = "legacy"


@dataclass(frozen=True)
class MissingData:
    """Data of a target that is missing.

    Attributes:
        round: The number of the round; None if the data of all rounds is missing.
    """

    code: MissingCode
    round: int | None = None
    figures: Figures = field(default_factory=dict)


@dataclass(frozen=True)
class Round:
    """One load of a target; None for what couldn't be measured.

    Attributes:
        window: The steady window, without the warm-up that `stationarity` found in it.
        history: The time series of the whole round.
        steps: The steps of the schedule's rate; with steps, `stationarity` is judged for each.
        replicas: The ready replicas in the window.
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
        """The statistics to compare: of the highest step, or else of the window."""
        step = highest(self.steps or ())
        return step.window_stats if step else self.window_stats


@dataclass(frozen=True)
class Measurement:
    """One target of a run; None for what couldn't be measured.

    Attributes:
        rounds: The rounds, in order.
        counting: The counts of all rounds together.
        window_stats: The statistics of all steady windows together; in a search for the highest
            rate, of the rounds that confirmed it.
        unmeasured: The missing requests, which make the run invalid.
        missing: Other missing data.
        steps: The steps of a schedule's rate, each over all rounds.
        instances: The answers of each of several instances.
        changes: The changes of the load, and how replicas followed.
        timeline: Load and replicas over time.
    """

    name: str
    target: Target
    rounds: tuple[Round, ...]
    counting: Reconciliation | None
    window_stats: WindowStats | None
    unmeasured: tuple[MissingData, ...]
    missing: tuple[MissingData, ...]
    steps: tuple[Segment, ...] | None = None
    instances: Instances | None = None
    changes: tuple[Change, ...] | None = None
    timeline: Timeline | None = None

    @property
    def title(self) -> str:
        """The title of the target."""
        return self.target.called

    @property
    def histories(self) -> tuple[History, ...]:
        """The time series of each round that was measured."""
        return tuple(round_.history for round_ in self.rounds if round_.history)

    @property
    def peak(self) -> Segment | None:
        """The step of the highest rate; None without steps."""
        return highest(self.steps or ())

    @property
    def compared(self) -> WindowStats | None:
        """The statistics to compare: of the highest step, or else of the windows."""
        return self.peak.window_stats if self.peak else self.window_stats

    @property
    def replicas(self) -> Replicas | None:
        """The ready replicas in the steady windows."""
        return together([round_.replicas for round_ in self.rounds])

    @property
    def latency(self) -> Latency | None:
        """Latencies in the steady windows; None if no request succeeded."""
        return self.window_stats.latency if self.window_stats else None

    def percentile_ms(self, percent: float) -> float | None:
        """Return a percentile of the latencies, or None if too few requests succeeded."""
        return self.window_stats.percentile_ms(percent) if self.window_stats else None

    @property
    def throughput_rps(self) -> float | None:
        """Successful requests per second."""
        return self.window_stats.throughput.succeeded_rps if self.window_stats else None

    @property
    def closed_loop(self) -> ClosedLoop | None:
        """Limits of a closed load."""
        return self.window_stats.closed_loop if self.window_stats else None

    @property
    def open_load(self) -> OpenLoad | None:
        """Delivery of an open load."""
        return self.window_stats.open_load if self.window_stats else None

    @property
    def ceiling_percent(self) -> float | None:
        """Finished requests in percent of the rate that the users can ask for."""
        return self.closed_loop.ceiling_percent if self.closed_loop else None
