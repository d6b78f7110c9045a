"""The exit codes of the command."""

from enum import IntEnum


class ExitCode(IntEnum):
    """How the command ends."""

    OK = 0
    USAGE = 2
    OBJECTIVE_MISSED = 5
    INTERRUPTED = 130
