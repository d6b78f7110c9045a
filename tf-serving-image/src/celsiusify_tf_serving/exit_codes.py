"""The exit codes of the command."""

from enum import IntEnum


class ExitCode(IntEnum):
    """How the command ends; a server that ran gives its own code instead."""

    OK = 0
    USAGE = 2
    INTERRUPTED = 130
