"""The types of the command line's values."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import click

from celsiusify_load_tests.client.registry import PROTOCOLS

_NAMED = re.compile(r"([^=:/]+)=(.*)")
_TIME = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?")

PORT = click.IntRange(1, 65535)


class Parsed(click.ParamType[Any]):
    """A value that a function reads, which raises ValueError with what it expected."""

    def __init__(self, name: str, read: Callable[[str], object]) -> None:
        self.name = name
        self._read = read

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> object:
        """Read a text; a default stays as it is."""
        if not isinstance(value, str):
            return value
        try:
            return self._read(value)
        except ValueError as error:
            self.fail(f"{value!r}; expected {error}", param, ctx)


def _seconds(text: str) -> int:
    """Read a time as Locust writes it: `90`, `90s`, `5m`, `1h30m`."""
    match = _TIME.fullmatch(text)
    if not match or not any(match.groups()):
        raise ValueError("a time like 30s, 5m or 1h30m")
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return 3600 * hours + 60 * minutes + seconds


def _url(text: str) -> str:
    """Read the address of a server: `http://host:port`, or another protocol's scheme."""
    address = urlsplit(text)
    schemes = {protocol.scheme: None for protocol in PROTOCOLS.values()}
    if address.scheme not in schemes or not address.hostname or address.path.strip("/"):
        raise ValueError(" or ".join(f"{scheme}://host:port" for scheme in schemes))
    return text.rstrip("/")


def _named_url(text: str) -> tuple[str | None, str]:
    """Read `NAME=URL`, or a URL alone."""
    named = _NAMED.fullmatch(text)
    return (named[1], _url(named[2])) if named else (None, _url(text))


def _named_pages(text: str) -> tuple[str | None, str]:
    """Read `NAME=URL`, or a URL alone, of a server with HTTP pages."""
    name, url = _named_url(text)
    if urlsplit(url).scheme != "http":
        raise ValueError("http://host:port")
    return name, url


def _address(text: str) -> tuple[str, int | None]:
    """Read `HOST` or `HOST:PORT`, an IPv6 address in brackets."""
    expected = "HOST or HOST:PORT"
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(expected) from None
    if not host or parts.netloc != text:
        raise ValueError(expected)
    return host, port


def matching(pattern: str, expected: str) -> Parsed:
    """Return the type of texts that match a pattern."""

    def read(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(expected)
        return text

    return Parsed("text", read)


TIME = Parsed("time", _seconds)
NAMED_URL = Parsed("url", _named_url)
NAMED_PAGES = Parsed("url", _named_pages)
ADDRESS = Parsed("address", _address)
POSITIVE = click.FloatRange(min=0, min_open=True)
COUNT = click.IntRange(min=1)
