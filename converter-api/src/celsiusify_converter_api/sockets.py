"""A client's connection, which the client can't hold longer than it is given."""

import errno
from enum import Enum, auto
from time import monotonic
from typing import Any

import gevent
from gevent import socket

from .patience import Patience


class Phase(Enum):
    """What a connection is waiting for."""

    WAITING = auto()  # the first byte of a request
    READING = auto()  # the rest of it
    ANSWERING = auto()  # the client to take the answer


class BoundedSocket(socket.socket):  # type: ignore[misc] # gevent has no types
    """A socket with one deadline per phase, not per byte, so that dripping bytes buys no time.

    A client that misses one finds its connection closed: reading ends as if the client had hung up,
    writing fails as if it had.

    Args:
        client: The accepted socket; this one takes its place.
        patience: How long the client may take.
    """

    def __init__(self, client: Any, patience: Patience) -> None:
        super().__init__(client.family, client.type, client.proto, client.detach())
        self.patience = patience
        # Who connects has something to ask: the first request gets no idle time.
        self._enter(Phase.WAITING, patience.request_s)

    def _enter(self, phase: Phase, seconds: float) -> None:
        self.phase = phase
        self.deadline_s = monotonic() + seconds

    def _bound(self) -> bool:
        """Leave the socket only the time until the deadline; return whether there is any."""
        remaining_s = self.deadline_s - monotonic()
        if remaining_s > 0:
            self.settimeout(remaining_s)
        return remaining_s > 0

    def recv(self, *args: Any) -> bytes:
        """Receive what the client sends, nothing once it has taken too long."""
        if self.phase is Phase.ANSWERING:
            self._enter(Phase.WAITING, self.patience.idle_s)
            # Who finds the next request there each time would never let the others have a turn.
            gevent.sleep(0)
        if not self._bound():
            return b""
        try:
            data: bytes = super().recv(*args)
        except TimeoutError:
            return b""
        if self.phase is Phase.WAITING:
            self._enter(Phase.READING, self.patience.request_s)
        return data

    def sendall(self, *args: Any) -> None:
        """Send a part of the answer.

        Raises:
            BrokenPipeError: If the client has taken too long to receive it.
        """
        if self.phase is not Phase.ANSWERING:
            self._enter(Phase.ANSWERING, self.patience.response_s)
        if not self._bound():
            raise BrokenPipeError(errno.EPIPE, "the client receives too slowly")
        try:
            super().sendall(*args)
        except TimeoutError:
            raise BrokenPipeError(errno.EPIPE, "the client receives too slowly") from None

    def hang_up_if_idle(self) -> None:
        """End a connection on which nothing has been asked; what has arrived is still read."""
        if self.phase is Phase.WAITING:
            # gevent's own shutdown would interrupt the greenlet that reads, data or not.
            with socket.fromfd(self.fileno(), self.family, self.type) as twin:
                twin.shutdown(socket.SHUT_RD)
