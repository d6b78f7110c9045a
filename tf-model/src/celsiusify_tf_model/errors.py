"""What ends the command with one line."""


class ModelError(Exception):
    """The user asked for something that can't be done; the message says what was expected."""

    exit_code = 2


class InaccurateModelError(ModelError):
    """The trained model misses the bound on its error, so that it isn't exported."""

    exit_code = 5
