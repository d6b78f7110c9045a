"""The exit codes of the command."""

from enum import IntEnum


class ExitCode(IntEnum):
    """How the command ends."""

    OK = 0
    FAILED = 1
    USAGE = 2
    INTERRUPTED = 130
