"""Wait for a target that runs on a remote server, or was started by the user."""

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
    """Return the server at `host` once it accepts requests.

    A target may have its health check and metrics at another port than requests. Then their address
    is known only from `counters`. Without `counters`, an accepted connection counts as healthy, and
    the server's request count is unknown.

    Args:
        target: The target that runs there.
        host: The address of requests.
        counters: A name as `http://host:port`; each of its addresses counts requests. May be None.
        start_timeout_s: The time limit until the target is healthy.
        stop_asked: The request to stop, which ends the wait.
        say: A function that shows a message, called if the target isn't healthy at once.

    Raises:
        ServingError: If the target isn't healthy in time.
        Interrupted: If a stop is requested before the target is healthy.
    """
    _wait(lambda: _problem(target, host, counters), start_timeout_s, stop_asked, say)
    return Server(host, local_pid(host), counters=_counters(target, host, counters))


def _counters(target: Target, host: str, counters: str | None) -> Counters | None:
    if counters is not None:
        return Counters(counters, several=True)
    return Counters(host) if _has_one_port(target) else None


def _has_one_port(target: Target) -> bool:
    """Return True if requests, health check and metrics have the same port."""
    return target.url == target.http_url


def _problem(target: Target, host: str, counters: str | None) -> str | None:
    """Return why the server can't be loaded now; None if it can."""
    health_host = host if _has_one_port(target) else counters
    if health_host != host and not accepts(host):
        return f"{host} accepts no connection"
    if health_host is None or (reason := fault(health_host + target.health)) is None:
        return None
    return f"{health_host}{target.health} doesn't answer with 200 ({reason})"


def _wait(
    find_problem: Callable[[], str | None],
    timeout_s: float,
    stop_asked: Interruption,
    say: Callable[[str], None],
) -> None:
    deadline = time.monotonic() + timeout_s
    is_shown = False
    while (problem := find_problem()) is not None:
        stop_asked.check()
        if time.monotonic() > deadline:
            raise ServingError(f"{problem} after {timeout_s:g} s")
        if not is_shown:
            say(f"{problem}: waiting for it, at most {timeout_s:g} s")
            is_shown = True
        stop_asked.sleep(PERIOD_S)


def accepts(host: str) -> bool:
    """Return True if the server accepts a connection now."""
    address = urlsplit(host)
    try:
        with socket.create_connection(
            (address.hostname or "", address.port or HTTP_PORT), PROBE_TIMEOUT_S
        ):
            return True
    except OSError:
        return False


def local_pid(host: str) -> int | None:
    """Return the process that serves `http://host:port` on this machine, None if unknown."""
    return listening(urlsplit(host).port or HTTP_PORT) if is_local(host) else None
