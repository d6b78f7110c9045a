"""What a run knows of one target, as `run.json` says it."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from celsiusify_load_tests.rows import OUTCOMES
from celsiusify_load_tests.targets import Target

UNFINISHED = "the run ended before this round was finished"
NOT_LOADED = "stopped before it was loaded"

COMPLETE, INTERRUPTED, FAILED = STATES = ("complete", "interrupted", "failed")
"""From the best to the worst."""


@dataclass
class Round:
    """What run.json says of one load of a target; `results/README.md` describes its fields.

    It is made before the load: should the run break off, this is what stays.
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
class Measured:
    """What run.json says of a target; `results/README.md` describes its fields."""

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
        """What is wrong with the first of the worst rounds."""
        if not self.rounds:
            return UNFINISHED
        worst = next(entry for entry in self.rounds if entry.state == self.state)
        if worst.problem is None or len({entry.problem for entry in self.rounds}) == 1:
            return worst.problem
        return f"round {worst.round + 1}: {worst.problem}"

    def close(self, state: str, problem: str) -> None:
        """Note of each round that hasn't been loaded why it won't be."""
        for entry in self.rounds:
            if entry.problem == UNFINISHED:
                entry.state, entry.problem = state, problem

    def content(self) -> dict[str, Any]:
        """The target's entry in run.json."""
        entry = asdict(self)
        rounds = entry.pop("rounds")
        return {**entry, "state": self.state, "problem": self.problem, "rounds": rounds}


def blank(
    target: Target, host: str | None, rounds: Iterable[int] = (), rate_rps: float | None = None
) -> Measured:
    """What is known of a target before it is loaded, at `rate_rps` if the load is open."""
    return Measured(
        title=target.title,
        url=host or target.url,
        request=str(target.request),
        protocol=target.request.protocol,
        rounds=[Round(number, rate_rps) for number in rounds],
    )
