"""What a load generator is tried with, and what it then is able to."""

from dataclasses import dataclass
from pathlib import Path

from celsiusify_load_tests.config.connection_policy import KEEP_ALIVE
from celsiusify_load_tests.config.profiles import Profile
from celsiusify_load_tests.config.targets import Target

LOCALLY = "by itself, against a responder on the same machine"


@dataclass(frozen=True)
class Subject:
    """What is tried.

    Attributes:
        run: What the record calls the run.
        targets: What is loaded in it; each protocol of theirs is tried.
        targets_file: Where they are described.
        profile: What is asked.
        processes: How many processes make the load.
        seed: What their choices follow from.
        connection: When connections are hung up, as `policy.read_policy` has it.
    """

    run: str
    targets: list[Target]
    targets_file: Path
    profile: Profile
    processes: int
    seed: int
    connection: str = str(KEEP_ALIVE)


@dataclass(frozen=True)
class GeneratorCapacity:
    """What the generator can do; `results/README.md` describes the fields."""

    rate_rps: float
    floor_p50_ms: float
    floor_p99_ms: float
    requests: int
    seconds: float
    generator_cpu_percent: float | None
    responder_cpu_percent: float | None
    how: str = LOCALLY
