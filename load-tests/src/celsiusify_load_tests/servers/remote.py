"""A target that runs already: wait until it takes requests, and say what is known of it."""

import socket
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from celsiusify_load_tests.config.targets import Target
from celsiusify_load_tests.errors import ServingError
from celsiusify_load_tests.host.cpu_affinity import is_local
from celsiusify_load_tests.host.processes import listening
from celsiusify_load_tests.host.signals import Interruption
from celsiusify_load_tests.servers.local import Server
from celsiusify_load_tests.servers.request_counts import HTTP_PORT, PROBE_TIMEOUT_S, Counters, fault

PERIOD_S = 0.5


def reached(
    target: Target,
    host: str,
    counters: str | None,
    *,
    start_timeout_s: float,
    stop_asked: Interruption,
    say: Callable[[str], None],
) -> Server:
    """The server at `host`, once it takes requests.

    Where requests don't go to the port that has health and metrics, nothing says where these are,
    unless `counters` does: then that it takes connections must do for its health, and it counts
    nothing that can be read.

    Args:
        target: What runs there.
        host: Where requests go.
        counters: A name whose every address counts requests, as `http://host:port`; or None.
        start_timeout_s: How long it may take until it is healthy.
        stop_asked: Ends the wait.
        say: Told if there is a wait.

    Raises:
        ServingError: If it isn't ready in time.
        Interrupted: If a stop is asked for before it is ready.
    """
    _wait(lambda: _lack(target, host, counters), start_timeout_s, stop_asked, say)
    return Server(host, local_pid(host), counters=_counters(target, host, counters))


def _counters(target: Target, host: str, counters: str | None) -> Counters | None:
    if counters is not None:
        return Counters(counters, several=True)
    return Counters(host) if _has_pages(target) else None


def _has_pages(target: Target) -> bool:
    """Whether health and metrics are where requests go."""
    return target.url == target.http_url


def _lack(target: Target, host: str, counters: str | None) -> str | None:
    """Why the server can't be loaded just now; None if it can."""
    pages = host if _has_pages(target) else counters
    if pages != host and not accepts(host):
        return f"{host} takes no connection"
    if pages is None or (why := fault(pages + target.health)) is None:
        return None
    return f"{pages}{target.health} does not answer with 200 ({why})"


def _wait(
    lack: Callable[[], str | None],
    timeout_s: float,
    stop_asked: Interruption,
    say: Callable[[str], None],
) -> None:
    deadline = time.monotonic() + timeout_s
    is_told = False
    while (reason := lack()) is not None:
        stop_asked.check()
        if time.monotonic() > deadline:
            raise ServingError(f"{reason} after {timeout_s:g} s")
        if not is_told:
            say(f"{reason}: waiting for it, at most {timeout_s:g} s")
            is_told = True
        stop_asked.sleep(PERIOD_S)


def accepts(host: str) -> bool:
    """Whether a connection can be opened there just now."""
    address = urlsplit(host)
    try:
        with socket.create_connection(
            (address.hostname or "", address.port or HTTP_PORT), PROBE_TIMEOUT_S
        ):
            return True
    except OSError:
        return False


def local_pid(host: str) -> int | None:
    """The process that serves `http://host:port`, if that is here and can be known."""
    return listening(urlsplit(host).port or HTTP_PORT) if is_local(host) else None
