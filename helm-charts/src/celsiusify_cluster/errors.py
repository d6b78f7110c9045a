"""The exceptions that are meant for the user of a command."""

from celsiusify_cluster.exit_codes import ExitCode


class ClusterError(Exception):
    """A problem that the user can solve: one line, exit code 2."""

    code = ExitCode.USAGE


class Interrupted(ClusterError):  # noqa: N818  # no error: the user wants an end
    """The user's wish to stop: exit code 130."""

    code = ExitCode.INTERRUPTED


class BrokenOutput(Exception):  # noqa: N818  # no error: the reader of the output is gone
    """A closed output: exit code 141."""


class CheckError(ClusterError):
    """A failed check: exit code 1."""

    code = ExitCode.FAILED


class MeasurementError(ClusterError):
    """A load whose results aren't complete: exit code 3."""

    code = ExitCode.INVALID
