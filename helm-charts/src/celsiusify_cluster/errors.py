"""How a command ends, and the exceptions that are meant for its user."""

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes, the same as load-tests': a load's own code is handed on."""

    OK = 0
    FAILED = 1
    USAGE = 2
    INVALID = 3
    INTERRUPTED = 130
    UNREAD = 141


class ClusterError(Exception):
    """Something that the user can put right: said in one line, exit code 2."""

    code = Exit.USAGE


class Interrupted(ClusterError):  # noqa: N818  # nothing is wrong: a person wants an end
    """A person didn't want to wait: exit code 130."""

    code = Exit.INTERRUPTED


class Unread(Exception):  # noqa: N818  # nothing is wrong with what wasn't read
    """Whoever read the output went away."""


class CheckError(ClusterError):
    """What was asked to be checked isn't so: exit code 1."""

    code = Exit.FAILED


class MeasurementError(ClusterError):
    """A load began, but its results aren't whole: exit code 3."""

    code = Exit.INVALID
