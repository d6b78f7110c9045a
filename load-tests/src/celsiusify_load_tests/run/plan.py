"""Define what a run is asked to do, and the order of its targets.

A machine drifts: it warms up, and others come and go. Rounds take turns so that this falls on all
targets alike. Mirroring every other round (ABBA) cancels a drift that is linear in time; a random
order keeps the rounds from falling in step with something periodic.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from celsiusify_load_tests.config.connection_policy import ConnectionPolicy
from celsiusify_load_tests.config.load_model import LoadModel
from celsiusify_load_tests.config.profiles import Profile
from celsiusify_load_tests.config.targets import Target
from celsiusify_load_tests.distributed.protocol import Distribution
from celsiusify_load_tests.export.exporter import ExportLimits
from celsiusify_load_tests.host.cpu_affinity import Split
from celsiusify_load_tests.host.signals import Interruption
from celsiusify_load_tests.preflight.calibration import calibrate
from celsiusify_load_tests.preflight.generator_capacity import GeneratorCapacity, Subject
from celsiusify_load_tests.run.backend import LoadBackend, LocalBackend
from celsiusify_load_tests.run.console import Terminal

Turn = tuple[str, int]
"""A target's name, and the round in which it is loaded, from 0."""


def _given(names: Sequence[str], turn: int, choices: Random) -> list[str]:
    return list(names)


def _mirrored(names: Sequence[str], turn: int, choices: Random) -> list[str]:
    return list(names) if turn % 2 == 0 else list(reversed(names))


def _shuffled(names: Sequence[str], turn: int, choices: Random) -> list[str]:
    return choices.sample(list(names), len(names))


ORDERS: dict[str, Callable[[Sequence[str], int, Random], list[str]]] = {
    "abba": _mirrored,
    "random": _shuffled,
    "given": _given,
}


def sequence(names: Sequence[str], rounds: int, order: str, seed: int) -> list[Turn]:
    """Say when each target has its turn: once in every round.

    Args:
        names: The targets, as they were named.
        rounds: How many rounds there are.
        order: One of `ORDERS`.
        seed: What a random order follows from.
    """
    choices, arrange = Random(f"order/{seed}"), ORDERS[order]
    return [(name, turn) for turn in range(rounds) for name in arrange(names, turn, choices)]


Calibrate = Callable[[Subject, Split, Interruption], dict[str, GeneratorCapacity]]

BETWEEN_S = 5.0  # about what it takes to stop a target and to start another and the load


@dataclass(frozen=True)
class Plan:
    """All that a run is asked to do.

    Attributes:
        targets: What to load, one at a time.
        targets_file: Where they are described; their commands run in its folder.
        profile: How long the load lasts, what is asked, and by which users if it is closed.
        load: How it comes about.
        policy: When connections are hung up.
        rounds: How often each target is loaded.
        order: In what order within each round: one of `order.ORDERS`.
        calibrated: Whether to find out first what the load generator can do.
        hosts: By target, a server that runs already, as `http://host:port`; others are started.
        counters: By target, a name whose every address counts requests, if its host doesn't.
        processes: How many processes make the load.
        seed: What the users' temperatures and think times follow from, and a random order.
        results: The folder of all runs.
        start_timeout_s: How long a target may take until it is healthy.
        command: The command line that asked for all this.
        way_home: How the run's folder is sent home; None leaves it where it is.
        distribution: Which workers on other machines make the load; None if this one does.
    """

    targets: list[Target]
    targets_file: Path
    profile: Profile
    load: LoadModel
    policy: ConnectionPolicy
    rounds: int
    order: str
    calibrated: bool
    hosts: Mapping[str, str]
    counters: Mapping[str, str]
    processes: int
    seed: int
    results: Path
    start_timeout_s: float
    command: str
    way_home: ExportLimits | None = None
    distribution: Distribution | None = None

    @property
    def sequence(self) -> list[Turn]:
        """When each target has its turn."""
        names = [target.name for target in self.targets]
        return sequence(names, self.rounds, self.order, self.seed)

    def seconds_after(self, turn: Turn) -> float:
        """About how long the turns after this one take; 0 after a load that has no turn."""
        turns = self.sequence
        later = len(turns) - 1 - turns.index(turn) if turn in turns else 0
        return later * (BETWEEN_S + self.profile.cool_down_s + self.profile.duration_s)


@dataclass(frozen=True)
class RunContext:
    """What the loads of a run have in common.

    Attributes:
        plan: What is asked for.
        folder: The run's.
        split: Which cores serve and which load.
        terminal: Of the person before it.
        stop_asked: By that person.
        team: Who makes the loads.
        calibrate: Finds out what they can do.
    """

    plan: Plan
    folder: Path
    split: Split
    terminal: Terminal
    stop_asked: Interruption
    team: LoadBackend = field(default_factory=LocalBackend)
    calibrate: Calibrate = calibrate

    def path(self, target: Target, ending: str) -> Path:
        """The file `<target>_<ending>` of the run's folder."""
        return self.folder / f"{target.name}_{ending}"
