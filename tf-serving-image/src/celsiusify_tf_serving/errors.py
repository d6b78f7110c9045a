"""The error that ends the command with one line."""


class StartError(Exception):
    """A server that can't be started as asked; the message says what was expected."""
