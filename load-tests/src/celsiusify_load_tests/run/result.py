"""Hold the results of a target, and summarise its rows."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from math import ceil
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from celsiusify_load_tests.config.targets import Target
from celsiusify_load_tests.recording.format import DROPPED, OUTCOMES, SUCCEEDED

UNFINISHED = "the run ended before this round was finished"
NOT_LOADED = "stopped before it was loaded"

COMPLETE, INTERRUPTED, FAILED = STATES = ("complete", "interrupted", "failed")
"""From the best to the worst."""


@dataclass
class Round:
    """One load of a target, as run.json has it; `results/README.md` describes the fields.

    The entry exists before the load, and stays as it is if the run is broken off.
    """

    round: int
    rate_rps: float | None = None
    phase: str | None = None
    state: str = INTERRUPTED
    problem: str | None = UNFINISHED
    started_ns: int | None = None
    steady_from_ns: int | None = None
    steady_until_ns: int | None = None
    ended_ns: int | None = None
    counts: dict[str, int | None] = field(
        default_factory=lambda: {"started": 0, **dict.fromkeys(OUTCOMES, 0), "server": None}
    )
    counts_problem: str | None = None
    connections: dict[str, int] = field(default_factory=lambda: {"opened": 0, "resent": 0})
    lag_us: dict[str, int] | None = None
    instances: int = 0
    schedule: dict[str, Any] | None = None
    steps: list[dict[str, float]] | None = None
    throttled_s: float | None = None
    clock_offset_ms: Mapping[str, Mapping[str, float | None]] | None = None


@dataclass
class TargetResult:
    """A target's entry of run.json; `results/README.md` describes the fields."""

    title: str
    url: str
    request: str
    protocol: str
    engine: dict[str, Any] | None = None
    cores: list[int] | None = None
    request_bytes: int | None = None
    phases_us: dict[str, float] | None = None
    rounds: list[Round] = field(default_factory=list)

    @property
    def state(self) -> str:
        """The worst of the rounds' states."""
        return max((entry.state for entry in self.rounds), key=STATES.index, default=INTERRUPTED)

    @property
    def problem(self) -> str | None:
        """The problem of the first of the worst rounds; None without one."""
        if not self.rounds:
            return UNFINISHED
        worst = next(entry for entry in self.rounds if entry.state == self.state)
        if worst.problem is None or len({entry.problem for entry in self.rounds}) == 1:
            return worst.problem
        return f"round {worst.round + 1}: {worst.problem}"

    def close(self, state: str, problem: str) -> None:
        """Set the state of all rounds that weren't loaded, and the reason."""
        for entry in self.rounds:
            if entry.problem == UNFINISHED:
                entry.state, entry.problem = state, problem

    def content(self) -> dict[str, Any]:
        """The target's entry in run.json."""
        entry = asdict(self)
        rounds = entry.pop("rounds")
        return {**entry, "state": self.state, "problem": self.problem, "rounds": rounds}


def new_target_result(
    target: Target, host: str | None, rounds: Iterable[int] = (), rate_rps: float | None = None
) -> TargetResult:
    """Return the entry of a target before its load, at `rate_rps` if the load is open."""
    return TargetResult(
        title=target.title,
        url=host or target.url,
        request=str(target.request),
        protocol=target.request.protocol,
        rounds=[Round(number, rate_rps) for number in rounds],
    )


def counts(rows: pa.Table) -> dict[str, int]:
    """Return the number of started requests, and of each outcome."""
    values = pc.value_counts(pc.cast(rows["outcome"], pa.string())).to_pylist()
    by_outcome = {entry["values"]: entry["counts"] for entry in values}
    ended = {name: by_outcome.get(name, 0) for name in OUTCOMES}
    return {"started": rows.num_rows - ended[OUTCOMES[DROPPED]], **ended}


def instances(rows: pa.Table) -> int:
    """Return the number of instances that answered, as far as they identify themselves."""
    return int(pc.count_distinct(pc.cast(rows["instance"], pa.string())).as_py())


def span_ns(
    rows: pa.Table, steady_from_ns: int | None, steady_until_ns: int | None
) -> tuple[int | None, int | None]:
    """Return the first and the last time of a load's requests, answers and measurement window.

    Returns:
        Both in ns; None if nothing happened.
    """
    starts = [pc.min(rows["start_ns"]).as_py(), steady_from_ns]
    ends = [pc.max(rows["end_ns"]).as_py(), steady_until_ns]
    return (
        min((time_ns for time_ns in starts if time_ns is not None), default=None),
        max((time_ns for time_ns in ends if time_ns is not None), default=None),
    )


@dataclass(frozen=True)
class WindowFigures:
    """The figures of a measurement window; NaN if unknown.

    Attributes:
        rate_rps: Requests per second.
        p50_ms: The median latency of the requests that succeeded; `p99_ms` likewise.
    """

    rate_rps: float
    p50_ms: float
    p99_ms: float


NO_WINDOW = WindowFigures(np.nan, np.nan, np.nan)


def steady(rows: pa.Table, from_ns: int | None, until_ns: int | None) -> WindowFigures:
    """Summarise the requests that started within a measurement window, if there is one."""
    if from_ns is None or until_ns is None or until_ns <= from_ns:
        return NO_WINDOW
    begun = within(rows, from_ns, until_ns)
    p50_ms, p99_ms = nearest_rank(latency_ms(begun), 50, 99)
    return WindowFigures(begun.num_rows / ((until_ns - from_ns) / 1e9), p50_ms, p99_ms)


def within(rows: pa.Table, from_ns: int, until_ns: int) -> pa.Table:
    """Return the requests whose start, or intended time, is from `from_ns` until `until_ns`."""
    due_ns = _due_ns(rows)
    return rows.filter(pc.and_(pc.greater_equal(due_ns, from_ns), pc.less(due_ns, until_ns)))


def latency_ms(rows: pa.Table) -> NDArray[np.float64]:
    """Return the latency of each successful request in ms, from its start or its intended time."""
    good = rows.filter(pc.equal(pc.cast(rows["outcome"], pa.string()), OUTCOMES[SUCCEEDED]))
    latencies_ms: NDArray[np.float64] = pc.subtract(good["end_ns"], _due_ns(good)).to_numpy() / 1e6
    return latencies_ms


def _due_ns(rows: pa.Table) -> pa.ChunkedArray:
    return pc.coalesce(rows["intended_ns"], rows["start_ns"])


def nearest_rank(samples: NDArray[Any], *percents: float) -> list[float]:
    """Return percentiles by nearest rank: each is the smallest sample that at least p % reach.

    NumPy calls this `inverted_cdf`, but its rank isn't exact: 99.9 % of 1,000 is more than 999 in
    floating point. `reporting` uses the same definition.

    Returns:
        A percentile for each of `percents`; NaN without samples.
    """
    if not len(samples):
        return [np.nan] * len(percents)
    ordered = np.sort(samples)
    ranks = [ceil(Fraction(str(percent)) * len(ordered) / 100) for percent in percents]
    return [float(ordered[max(rank, 1) - 1]) for rank in ranks]
