"""The exit codes of the command."""

from enum import IntEnum


class ExitCode(IntEnum):
    """The command's own exit codes; the exit code of a server is passed on."""

    OK = 0
    USAGE = 2
    INTERRUPTED = 130
