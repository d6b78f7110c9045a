"""What ends the command with one line and exit code 2."""


class ServingError(Exception):
    """The server can't be started as asked; the message says what was expected."""
