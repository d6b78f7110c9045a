"""Define the exceptions that the command shows to its user in one line."""


class LoadTestError(Exception):
    """A problem that the user can fix: exit code 2."""


class TargetError(LoadTestError):
    """A target is unknown, or its entry in targets.yaml is invalid."""


class ServingError(LoadTestError):
    """A target can't be reached or served: not installed, port taken, not healthy."""


class CalibrationError(LoadTestError):
    """The load generator fails even against a null server: exit code 3."""


class LostWorkerError(LoadTestError):
    """A worker stopped sending heartbeats, so the load is incomplete: exit code 3."""


class NotEquivalentError(LoadTestError):
    """A target gives wrong answers, so its speed is meaningless: exit code 4."""
