"""How the command line's values are read."""

import argparse
import re
from collections.abc import Callable, Sequence
from itertools import takewhile
from math import isfinite
from typing import NoReturn, TypeVar

from celsiusify_cluster.errors import Exit

TIMESPAN = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?")

T = TypeVar("T")


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """End with code 2."""
        self.exit(Exit.USAGE, f"{self.prog}: {message}\n")


def count(text: str) -> int:
    """Read a number of things: a whole number from 0."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected a whole number from 0, got {text!r}")
    return int(text)


def seconds(text: str) -> int:
    """Read a time as Locust writes it: `90`, `90s`, `5m`, `1h30m`."""
    found = TIMESPAN.fullmatch(text)
    if not found or not any(found.groups()):
        raise argparse.ArgumentTypeError(f"expected a time like 30s, 5m or 1h30m, got {text!r}")
    hours, minutes, rest = (int(part or 0) for part in found.groups())
    return 3600 * hours + 60 * minutes + rest


def positive(text: str) -> float:
    """Read a quantity: a number over 0."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not (isfinite(value) and value > 0):
        raise argparse.ArgumentTypeError(f"expected a number over 0, got {text!r}")
    return value


def split_extra(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Split a command line at `--`: what stands behind it is for another command."""
    own = list(takewhile(lambda argument: argument != "--", arguments))
    return own, list(arguments[len(own) + 1 :])


def optional(convert: Callable[[str], T]) -> Callable[[str], T | None]:
    """Let an empty value mean the default, as an unset variable of make gives it."""

    def convert_unless_empty(text: str) -> T | None:
        return convert(text) if text else None

    convert_unless_empty.__name__ = convert.__name__
    return convert_unless_empty
