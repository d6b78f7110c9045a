"""Send and receive bytes on a TCP connection of gevent's event loop, with a deadline."""

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
_NO_LINGER = struct.pack("ii", 1, 0)

# gevent's own socket tries to read before it waits. Here the answer has never arrived yet, so this
# transport waits first.
_Socket: type[socket.socket] = gevent.monkey.get_original("socket", "socket")
_poll: Any = gevent.monkey.get_original("select", "poll")


class DeadlineError(Exception):
    """The deadline passed; the event loop throws this error into the waiting greenlet."""


class Transport:
    """A connected socket that one greenlet uses."""

    def __init__(self, connected: socket.socket, timeout_s: float) -> None:
        self.received_ns = 0
        """The time when bytes were last read; 0 if none were since the last `send`."""
        self.sent_bytes = 0
        """The number of bytes sent since the start of the last `send`."""
        self._socket = connected
        self._hub = gevent.get_hub()
        self._readable = self._hub.loop.io(connected.fileno(), _READ)
        self._deadline = self._hub.loop.timer(timeout_s, timeout_s)
        self._state = _poll()
        self._state.register(connected, select.POLLIN)

    def send(self, data: bytes) -> None:
        """Send `data`, and start the deadline for sending and receiving.

        Raises:
            DeadlineError: If the socket doesn't accept the data in time.
            OSError: If the connection is broken.
        """
        self.received_ns = self.sent_bytes = 0
        self._deadline.again(gevent.getcurrent().throw, DeadlineError)
        self.push(data)

    def push(self, data: bytes) -> None:
        """Send more `data` before the running deadline.

        Raises:
            DeadlineError: If the socket doesn't accept the data in time.
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
            DeadlineError: If no bytes arrive in time.
            OSError: If the connection is broken.
        """
        while True:
            self._hub.wait(self._readable)
            try:
                data = self._socket.recv(_PIECE_BYTES)
            except BlockingIOError:
                continue  # a spurious wake-up
            if data:
                self.received_ns = now_ns()
            return data

    def reset_received(self) -> None:
        """Reset the time of the last bytes if they belong to no answer."""
        self.received_ns = 0

    def receive_unsolicited(self) -> bytes:
        """Return the unsolicited bytes of an idle connection; none at its end.

        Raises:
            OSError: If the connection is broken, or nothing was received.
        """
        return self._socket.recv(_PIECE_BYTES)

    def stop_deadline(self) -> None:
        """Stop the deadline while the connection is idle."""
        self._deadline.stop()

    def is_stale(self) -> bool:
        """Return True if the peer closed the idle connection or sent unsolicited bytes."""
        return bool(self._state.poll(0))

    def reset_at_close(self) -> None:
        """Let `close` reset the connection, so that its port is free at once."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)

    def close(self) -> None:
        """Close the socket and the event loop's watchers."""
        self._deadline.close()
        self._readable.close()
        self._socket.close()


MakeTransport = Callable[[socket.socket, float], Transport]
"""A factory of transports, from a connected socket and an answer's time limit in s."""


def open_transport(
    addresses: Iterable[Address],
    make: MakeTransport = Transport,
    *,
    read_timeout_s: float,
) -> Transport:
    """Connect to the first reachable address.

    Raises:
        OSError: If no address is reachable.
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
