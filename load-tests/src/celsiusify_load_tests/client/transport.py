"""An open TCP connection on gevent's event loop: bytes out, bytes in, until a deadline."""

import select
import socket
import struct
from collections.abc import Callable, Iterable
from typing import Any

import gevent
import gevent.monkey
import gevent.socket

from celsiusify_load_tests.client.resolver import Address
from celsiusify_load_tests.recording.clock import now_ns

_PIECE_BYTES = 16 * 1024
_READ, _WRITE = 1, 2
_AT_ONCE = struct.pack("ii", 1, 0)

# gevent's own socket tries to read before it waits. Here the answer is never there yet: waiting
# comes first.
_Socket: type[socket.socket] = gevent.monkey.get_original("socket", "socket")
_poll: Any = gevent.monkey.get_original("select", "poll")


class DeadlineError(Exception):
    """The deadline passed. It is thrown into the greenlet that waits."""


class Transport:
    """A connected socket that one greenlet uses."""

    def __init__(self, connected: socket.socket, timeout_s: float) -> None:
        self.received_ns = 0
        """When bytes were last read; 0 if none were since the last `send`."""
        self.sent_bytes = 0
        """How many were sent, from the last `send` on."""
        self._socket = connected
        self._hub = gevent.get_hub()
        self._readable = self._hub.loop.io(connected.fileno(), _READ)
        self._deadline = self._hub.loop.timer(timeout_s, timeout_s)
        self._state = _poll()
        self._state.register(connected, select.POLLIN)

    def send(self, data: bytes) -> None:
        """Hand `data` to the socket, and let the time run for all that is then received.

        Raises:
            DeadlineError: If the socket doesn't take it in time.
            OSError: If the connection is broken.
        """
        self.received_ns = self.sent_bytes = 0
        self._deadline.again(gevent.getcurrent().throw, DeadlineError)
        self.push(data)

    def push(self, data: bytes) -> None:
        """Hand more `data` to the socket, in the time that runs.

        Raises:
            DeadlineError: If the socket doesn't take it in time.
            OSError: If the connection is broken.
        """
        self.sent_bytes += len(data)
        sent = self._send_some(data)
        while sent < len(data):
            sent += self._send_some(data[sent:])

    def _send_some(self, data: bytes) -> int:
        while True:
            try:
                return self._socket.send(data)
            except BlockingIOError:
                writable = self._hub.loop.io(self._socket.fileno(), _WRITE)
                try:
                    self._hub.wait(writable)
                finally:
                    writable.close()

    def receive(self) -> bytes:
        """Wait for bytes and return them; none at the connection's end.

        Raises:
            DeadlineError: If none come in time.
            OSError: If the connection is broken.
        """
        while True:
            self._hub.wait(self._readable)
            try:
                data = self._socket.recv(_PIECE_BYTES)
            except BlockingIOError:
                continue  # woken for nothing
            if data:
                self.received_ns = now_ns()
            return data

    def reset_received(self) -> None:
        """Forget what was received since the last `send`: it isn't part of an answer."""
        self.received_ns = 0

    def take(self) -> bytes:
        """Return what a resting connection has received unasked; none at its end.

        Raises:
            OSError: If the connection is broken, or nothing was received.
        """
        return self._socket.recv(_PIECE_BYTES)

    def rest(self) -> None:
        """Stop the time: nothing is waited for."""
        self._deadline.stop()

    def is_stale(self) -> bool:
        """Say whether the peer closed the resting connection, or sent what nobody asked for."""
        return bool(self._state.poll(0))

    def reset_at_close(self) -> None:
        """Let `close` reset the connection: its port is free again at once, and not in a minute."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)

    def close(self) -> None:
        """Close the socket and forget the event loop's watchers."""
        self._deadline.close()
        self._readable.close()
        self._socket.close()


MakeTransport = Callable[[socket.socket, float], Transport]
"""Makes a transport of a connected socket and the time in s that an answer may take."""


def open_transport(
    addresses: Iterable[Address],
    make: MakeTransport = Transport,
    *,
    read_timeout_s: float,
) -> Transport:
    """Connect to the first of the addresses that can be reached.

    Raises:
        OSError: If none can.
    """
    cooperative = _connect(addresses)
    connected = _Socket(cooperative.family, cooperative.type, fileno=cooperative.detach())
    connected.setblocking(False)
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return make(connected, read_timeout_s)


def _connect(addresses: Iterable[Address]) -> gevent.socket.socket:
    problem = OSError("no address")
    for family, kind, protocol, address in addresses:
        cooperative = gevent.socket.socket(family, kind, protocol)
        try:
            cooperative.connect(address)
        except BaseException as error:
            cooperative.close()
            if not isinstance(error, OSError):
                raise
            problem = error
        else:
            return cooperative
    raise problem
