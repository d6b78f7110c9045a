"""How the command line's values are read, and what is said of those that make no sense."""

import argparse
import re
from collections.abc import Callable
from math import isfinite
from typing import NoReturn, TypeVar
from urllib.parse import urlsplit

from celsiusify_load_tests.client.registry import PROTOCOLS
from celsiusify_load_tests.config.connection_policy import ConnectionPolicy, read_policy
from celsiusify_load_tests.exit_codes import ExitCode
from celsiusify_load_tests.run.plan import ORDERS

NAMED = re.compile(r"([^=:/]+)=(.*)")
MAX_PORT = 65535
TIMESPAN = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?")

T = TypeVar("T")


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """End with code 2."""
        self.exit(ExitCode.USAGE, f"{self.prog}: {message}\n")


def optional(convert: Callable[[str], T], default: T | None = None) -> Callable[[str], T | None]:
    """Let an empty value mean the default, as an unset variable of make gives it."""

    def convert_unless_empty(text: str) -> T | None:
        return convert(text) if text else default

    convert_unless_empty.__name__ = convert.__name__
    return convert_unless_empty


def seconds(text: str) -> int:
    """Read a time as Locust writes it: `90`, `90s`, `5m`, `1h30m`."""
    found = TIMESPAN.fullmatch(text)
    if not found or not any(found.groups()):
        raise argparse.ArgumentTypeError(f"expected a time like 30s, 5m or 1h30m, got {text!r}")
    hours, minutes, rest = (int(part or 0) for part in found.groups())
    return 3600 * hours + 60 * minutes + rest


def host(text: str) -> str:
    """Read where a server runs: `http://host:port`, or with another protocol's scheme."""
    address = urlsplit(text)
    schemes = {protocol.scheme: None for protocol in PROTOCOLS.values()}
    if address.scheme not in schemes or not address.hostname or address.path.strip("/"):
        expected = " or ".join(f"{scheme}://host:port" for scheme in schemes)
        raise argparse.ArgumentTypeError(f"expected {expected}, got {text!r}")
    return text.rstrip("/")


def named_host(text: str) -> tuple[str | None, str]:
    """Read `NAME=URL`, or a URL alone, of a server as `host` has it."""
    named = NAMED.fullmatch(text)
    return (named[1], host(named[2])) if named else (None, host(text))


def named_pages(text: str) -> tuple[str | None, str]:
    """Read `NAME=URL`, or a URL alone, of a server that has pages: over HTTP."""
    name, url = named_host(text)
    if urlsplit(url).scheme != "http":
        raise argparse.ArgumentTypeError(f"expected http://host:port, got {text!r}")
    return name, url


def count(text: str) -> int:
    """Read a number of things: a whole number from 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1, got {text!r}")
    return int(text)


def whole(text: str) -> int:
    """Read a number that counts from 0."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected a whole number from 0, got {text!r}")
    return int(text)


def port(text: str) -> int:
    """Read the number of a TCP port."""
    if not text.isdecimal() or not 1 <= int(text) <= MAX_PORT:
        raise argparse.ArgumentTypeError(f"expected a port from 1 to {MAX_PORT}, got {text!r}")
    return int(text)


def address(text: str) -> tuple[str, int | None]:
    """Read `HOST` or `HOST:PORT`; an address of IPv6 stands in brackets."""
    try:
        parts = urlsplit(f"//{text}")
        if parts.hostname and parts.netloc == text:
            return parts.hostname, parts.port
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"expected HOST or HOST:PORT, got {text!r}")


def connection(text: str) -> ConnectionPolicy:
    """Read when connections are hung up."""
    try:
        return read_policy(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from problem


def order(text: str) -> str:
    """Read the name of an order."""
    if text not in ORDERS:
        raise argparse.ArgumentTypeError(f"expected {', '.join(ORDERS)}, got {text!r}")
    return text


def positive(text: str) -> float:
    """Read a quantity: a number over 0."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not (isfinite(value) and value > 0):
        raise argparse.ArgumentTypeError(f"expected a number over 0, got {text!r}")
    return value
