"""The drain: an instance loses no request when it stops.

gunicorn stops listening at SIGTERM, but a Service or a load balancer goes on sending for a while.
So SIGTERM is passed on to gunicorn only after the drain time. Meanwhile all requests are answered,
`/readyz` answers 503, and each answer asks its client to connect elsewhere. Then the kernel refuses
new connections, and the workers accept the existing ones.

The drain uses only gunicorn's hooks, so that all worker classes have it.

The flag is shared memory, which the master allocates and each worker inherits.
"""

import mmap
import os
import signal
import socket
import sys
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter

# Linux, include/uapi/asm-generic/socket.h
SO_BINDTOIFINDEX = 62

NO_INTERFACE = 2**31 - 1
"""The highest possible index of an interface. No machine has that many interfaces."""

HANDSHAKE_S = 0.5
"""How long a stopping instance accepts existing connections and unfinished handshakes."""

_flag = mmap.mmap(-1, 1)
_answering: set[int] = set()
"""The descriptors of this worker's connections on which a request is being answered."""


def announce() -> None:
    """Tell all workers that the instance is about to stop."""
    _flag[0] = 1


def announced() -> bool:
    """Return True if the instance is about to stop."""
    return _flag[0] == 1


def begin_answer(connection: socket.socket) -> None:
    """Record that a request on a connection is being answered."""
    _answering.add(connection.fileno())


def end_answer(connection: socket.socket) -> None:
    """Record that the answer on a connection is complete."""
    _answering.discard(connection.fileno())


def answers(descriptor: int) -> bool:
    """Return True if a request on the connection of a descriptor is being answered."""
    return descriptor in _answering


def refuse_connections(listener: socket.socket) -> None:
    """Make the kernel refuse new connections, for every process that shares a listener.

    The listener is bound to an interface that doesn't exist, so that no new connection matches.
    Existing connections stay in its queue, and unfinished handshakes can still be completed. A
    refused client has not sent a request yet. Only Linux can do that: on other systems a stop under
    load may reset a new connection.

    Source: Linux, `sock_bindtoindex` in net/core/sock.c: it needs no capability, but for a second
    time, when another process has done it already.
    """
    if sys.platform != "linux":
        return
    with suppress(PermissionError):
        listener.setsockopt(socket.SOL_SOCKET, SO_BINDTOIFINDEX, NO_INTERFACE)


class Drain:
    """The signal handlers of gunicorn's master: the first SIGTERM drains, a second one stops.

    Args:
        arbiter: gunicorn's master, which handles signals already.
        drain_s: How long to drain, in seconds.
    """

    def __init__(self, arbiter: "Arbiter", drain_s: float) -> None:
        self.arbiter = arbiter
        self.drain_s = drain_s
        self.refusing = False
        stop = signal.getsignal(signal.SIGTERM)
        assert callable(stop), "gunicorn has not set its signal handlers yet"
        self.stop = stop

    def install(self) -> None:
        """Handle SIGTERM and the timer."""
        signal.signal(signal.SIGTERM, self.terminate)
        signal.signal(signal.SIGALRM, self.advance)

    def terminate(self, signum: int, frame: FrameType | None) -> None:
        """Begin to drain, or end the drain if it has begun."""
        if os.getpid() != self.arbiter.pid:
            # A worker that has just been forked still has the master's handlers. It serves nobody
            # yet, and would never hear of the stop again.
            os._exit(0)
        again = announced()
        announce()
        if not again and self.drain_s:
            signal.setitimer(signal.ITIMER_REAL, self.drain_s)
        elif not self.refusing:
            self.advance(signum, frame)

    def advance(self, _signum: int, frame: FrameType | None) -> None:
        """Refuse new connections, and stop at the next call."""
        if self.refusing:
            self.stop(signal.SIGTERM, frame)
            return
        self.refusing = True
        for listener in self.arbiter.LISTENERS:
            refuse_connections(listener.sock)
        signal.setitimer(signal.ITIMER_REAL, HANDSHAKE_S)


def before_stopping(arbiter: "Arbiter", drain_s: float) -> None:
    """Make SIGTERM drain the instance before it stops it; a second SIGTERM ends the drain."""
    Drain(arbiter, drain_s).install()
