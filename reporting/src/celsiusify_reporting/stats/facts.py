"""Coded facts: what a measurement states as a code and figures, without words."""

from dataclasses import dataclass, field
from enum import StrEnum

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
