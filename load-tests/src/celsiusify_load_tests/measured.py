"""What a run knows of one target, as `run.json` says it."""

from dataclasses import dataclass, field
from typing import Any

from celsiusify_load_tests.summary import OUTCOMES
from celsiusify_load_tests.targets import Target

UNFINISHED = "the run ended before this target was finished"


@dataclass
class Measured:
    """What run.json says of a target; its fields are described in `results/README.md`.

    It is made before the target is loaded: should the run break off, this is what stays.
    """

    title: str
    url: str
    request: str
    state: str = "interrupted"
    problem: str | None = UNFINISHED
    engine: dict[str, Any] | None = None
    cores: list[int] | None = None
    started_ns: int | None = None
    steady_from_ns: int | None = None
    steady_until_ns: int | None = None
    ended_ns: int | None = None
    counts: dict[str, int | None] = field(
        default_factory=lambda: {"started": 0, **dict.fromkeys(OUTCOMES, 0), "server": None}
    )


def blank(target: Target, host: str | None) -> Measured:
    """What is known of a target before it is loaded."""
    return Measured(target.title, host or target.url, str(target.request))
