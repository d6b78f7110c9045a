"""What a run does once its targets are known to answer rightly, and what has come of it so far."""

from collections.abc import Callable
from dataclasses import dataclass, field

from celsiusify_load_tests.exits import Exit
from celsiusify_load_tests.manifest import Manifest
from celsiusify_load_tests.measured import FAILED
from celsiusify_load_tests.plan import Stage
from celsiusify_load_tests.summary import Steady


@dataclass
class Outcome:
    """What a run has come to so far: its ends, and each target's rounds when they were steady."""

    ends: list[Exit] = field(default_factory=list)
    steady: dict[str, list[Steady]] = field(default_factory=dict)


@dataclass(frozen=True)
class Work:
    """What a run does.

    Attributes:
        kind: What `run.json` calls it.
        rounds: How many rounds of each target are known beforehand.
        do: Loads the targets.
        table: What came of it, a line a target.
    """

    kind: str
    rounds: int
    do: Callable[[Stage, Manifest, Outcome], None]
    table: Callable[[Manifest, Outcome], list[dict[str, str]]]


def give_up(name: str, problem: str, stage: Stage, manifest: Manifest, outcome: Outcome) -> None:
    """Leave a target out that can't be served."""
    manifest.measured[name].close(FAILED, problem)
    stage.terminal.complain(f"{name}: {FAILED}: {problem}")
    outcome.ends.append(Exit.USAGE)
