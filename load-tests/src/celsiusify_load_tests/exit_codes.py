"""The exit codes of the commands."""

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes; a run ends with the highest of its targets' codes."""

    OK = 0
    FAILED = 1
    USAGE = 2
    INVALID = 3
    NOT_EQUIVALENT = 4
    OBJECTIVE_MISSED = 5
    INTERRUPTED = 130
    BROKEN_PIPE = 141
