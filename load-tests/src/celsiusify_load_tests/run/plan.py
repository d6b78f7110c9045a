"""Define the settings of a run, and the order of its targets.

A machine's speed drifts: it warms up, and other programs come and go. Alternating rounds spread the
drift over all targets. Mirroring every other round (ABBA) cancels a drift that is linear in time; a
random order avoids resonance with something periodic.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from celsiusify_load_tests.config.load_spec import LoadSpec
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
    """Return the turns of all targets: one in every round.

    Args:
        names: The targets, in the order of the command line.
        rounds: The number of rounds.
        order: One of `ORDERS`.
        seed: The seed of a random order.
    """
    choices, arrange = Random(f"order/{seed}"), ORDERS[order]
    return [(name, turn) for turn in range(rounds) for name in arrange(names, turn, choices)]


Calibrate = Callable[[Subject, Split, Interruption], dict[str, GeneratorCapacity]]

BETWEEN_S = 5.0  # about what it takes to stop a target and to start another and the load


@dataclass(frozen=True)
class Plan:
    """The settings of a run.

    Attributes:
        load: The load of every round.
        targets: The targets, which are loaded one at a time.
        targets_file: The description of the targets; their commands run in its folder.
        hosts: By target, the address of a running server; other targets are started.
        counters: By target, a name whose every address counts requests, if its host doesn't.
        processes: The number of load-generating processes in all.
        results: The folder of all runs.
        command: The command line of the run.
        export: The limits of an export of the run's folder; None without one.
        distribution: The workers on other machines; None if this machine makes the load.
    """

    load: LoadSpec
    targets: list[Target]
    targets_file: Path
    hosts: Mapping[str, str]
    counters: Mapping[str, str]
    processes: int
    results: Path
    command: str
    export: ExportLimits | None = None
    distribution: Distribution | None = None

    @property
    def sequence(self) -> list[Turn]:
        """The turns of all targets, in order."""
        names = [target.name for target in self.targets]
        return sequence(names, self.load.rounds, self.load.order, self.load.seed)

    def seconds_after(self, turn: Turn) -> float:
        """Return about how long the turns after this one take; 0 after a load without a turn."""
        turns = self.sequence
        later = len(turns) - 1 - turns.index(turn) if turn in turns else 0
        return later * (BETWEEN_S + self.load.cool_down_s + self.load.duration_s)


@dataclass(frozen=True)
class RunContext:
    """The context that all loads of a run share.

    Attributes:
        plan: The settings of the run.
        folder: The run's folder.
        split: The cores of the servers and of the load generator.
        terminal: The user's terminal.
        stop_asked: The user's request to stop.
        backend: The maker of the loads.
        calibrate: The measurement of the backend's capacity.
    """

    plan: Plan
    folder: Path
    split: Split
    terminal: Terminal
    stop_asked: Interruption
    backend: LoadBackend = field(default_factory=LocalBackend)
    calibrate: Calibrate = calibrate

    def path(self, target: Target, suffix: str) -> Path:
        """Return the path of the file `<target>_<suffix>` in the run's folder."""
        return self.folder / f"{target.name}_{suffix}"
