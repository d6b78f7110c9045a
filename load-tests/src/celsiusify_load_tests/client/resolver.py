"""Look up a server's addresses at most once a second for all users of a process.

gevent looks names up in threads. Each thread may hold the interpreter for up to 5 ms, while the
event loop waits. With hundreds of new connections, these waits would distort the latencies. Names
are looked up again because a name may gain addresses during a load, such as that of a cluster's
pods.
"""

import socket
import time
from random import Random
from typing import Any

import gevent
import gevent.monkey
import gevent.socket

CACHE_S = 1.0

Address = tuple[int, int, int, Any]
"""Family, kind and protocol of a socket, and the address to connect to."""

_numeric: Any = gevent.monkey.get_original("socket", "getaddrinfo")


class Addresses:
    """The cached addresses of a name.

    During a new lookup, the earlier addresses stay in use.

    Args:
        host: A name or an address.
        port: The port of all addresses.
    """

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._addresses = _numeric_addresses(host, port)
        self._is_numeric = bool(self._addresses)
        self._looked_up_s = -CACHE_S
        self._lookup: gevent.Greenlet | None = None
        self._problem: OSError | None = None

    def shuffled(self, chance: Random) -> list[Address]:
        """Return all addresses in random order, those of the preferred family first.

        Raises:
            OSError: If the name has no address.
        """
        addresses = self._known()
        if len(addresses) == 1:
            return addresses
        preferred = addresses[0][0]
        return sorted(
            chance.sample(addresses, len(addresses)), key=lambda address: address[0] != preferred
        )

    def _known(self) -> list[Address]:
        if self._is_numeric:
            return self._addresses
        if self._lookup is None and time.monotonic() - self._looked_up_s >= CACHE_S:
            self._lookup = gevent.spawn(self._look_up)
        if not self._addresses and self._lookup is not None:
            self._lookup.join()
        if not self._addresses:
            raise (self._problem or OSError("no address")).with_traceback(None)
        return self._addresses

    def _look_up(self) -> None:
        try:
            self._addresses = _unique(
                gevent.socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
            )
        except OSError as problem:
            self._problem = problem
        finally:
            self._looked_up_s = time.monotonic()
            self._lookup = None


def _numeric_addresses(host: str, port: int) -> list[Address]:
    try:
        return _unique(_numeric(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST))
    except socket.gaierror:
        return []


def _unique(addresses: list[Any]) -> list[Address]:
    return list(
        dict.fromkeys((family, kind, proto, to) for family, kind, proto, _, to in addresses)
    )
