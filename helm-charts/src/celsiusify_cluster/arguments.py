"""How the command line's values are read."""

import argparse
from collections.abc import Callable
from typing import NoReturn, TypeVar

from celsiusify_cluster.errors import Exit

T = TypeVar("T")


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """End with code 2."""
        self.exit(Exit.USAGE, f"{self.prog}: {message}\n")


def optional(convert: Callable[[str], T]) -> Callable[[str], T | None]:
    """Let an empty value mean the default, as an unset variable of make gives it."""

    def convert_unless_empty(text: str) -> T | None:
        return convert(text) if text else None

    convert_unless_empty.__name__ = convert.__name__
    return convert_unless_empty
