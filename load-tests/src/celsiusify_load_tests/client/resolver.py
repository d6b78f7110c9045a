"""The addresses of a server's name, looked up at most once a second for all users of a process.

gevent looks names up in threads, and each of them takes the interpreter from the event loop for up
to 5 ms; where connections open by the hundred, that would show in what is measured. And a name may
gain addresses while a load runs: where it stands for the pods of a cluster, say.
"""

import socket
import time
from random import Random
from typing import Any

import gevent
import gevent.monkey
import gevent.socket

KEPT_S = 1.0

Found = tuple[int, int, int, Any]
"""Family, kind and protocol of a socket, and what it connects to."""

_numeric: Any = gevent.monkey.get_original("socket", "getaddrinfo")


class Addresses:
    """The addresses of a name, as they are known now.

    While they are looked up again, those of before serve.

    Args:
        host: A name, or an address itself.
        port: Of all of them.
    """

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._found = _of_numeric(host, port)
        self._is_numeric = bool(self._found)
        self._looked_up_s = -KEPT_S
        self._lookup: gevent.Greenlet | None = None
        self._problem: OSError | None = None

    def shuffled(self, chance: Random) -> list[Found]:
        """All addresses in random order, those of the family that the system prefers first.

        Raises:
            OSError: If the name has none.
        """
        found = self._now()
        if len(found) == 1:
            return found
        preferred = found[0][0]
        return sorted(chance.sample(found, len(found)), key=lambda each: each[0] != preferred)

    def _now(self) -> list[Found]:
        if self._is_numeric:
            return self._found
        if self._lookup is None and time.monotonic() - self._looked_up_s >= KEPT_S:
            self._lookup = gevent.spawn(self._look_up)
        if not self._found and self._lookup is not None:
            self._lookup.join()
        if not self._found:
            raise (self._problem or OSError("no address")).with_traceback(None)
        return self._found

    def _look_up(self) -> None:
        try:
            self._found = _unique(
                gevent.socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
            )
        except OSError as problem:
            self._problem = problem
        finally:
            self._looked_up_s = time.monotonic()
            self._lookup = None


def _of_numeric(host: str, port: int) -> list[Found]:
    try:
        return _unique(_numeric(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST))
    except socket.gaierror:
        return []


def _unique(found: list[Any]) -> list[Found]:
    return list(dict.fromkeys((family, kind, proto, to) for family, kind, proto, _, to in found))
