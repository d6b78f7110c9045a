"""The one exception of this package that is meant for its user."""


class LoadTestError(Exception):
    """Something that the user can put right: said in one line, exit code 2."""


class TargetError(LoadTestError):
    """A target is unknown, or targets.yaml says something about it that has no meaning."""


class ServingError(LoadTestError):
    """A target can't be reached or served: not installed, port taken, not healthy."""


class CalibrationError(LoadTestError):
    """The load generator doesn't work even against a server that does nothing: exit code 3."""


class LostWorkerError(LoadTestError):
    """A worker isn't heard of any more, so that no load is the one asked for: exit code 3."""


class NotEquivalentError(LoadTestError):
    """A target answers wrongly, so that its speed means nothing: exit code 4."""
