"""The exit codes of the commands."""

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes, the same as load-tests'; a load's own code is handed on."""

    OK = 0
    FAILED = 1
    USAGE = 2
    INVALID = 3
    INTERRUPTED = 130
    BROKEN_PIPE = 141
