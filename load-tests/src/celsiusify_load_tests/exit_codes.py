"""How the command ends."""

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes; of several ends the highest counts."""

    OK = 0
    REQUESTS_FAILED = 1
    USAGE = 2
    INVALID = 3
    NOT_EQUIVALENT = 4
    OBJECTIVE_MISSED = 5
    INTERRUPTED = 130
