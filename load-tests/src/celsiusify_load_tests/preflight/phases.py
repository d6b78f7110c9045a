"""Where the time of a request goes: encode, connect, send, wait, read, decode.

One request after another, each on a connection of its own so that `connect` counts, all by one
clock. A phase ends where the next begins:

    encode   the request is put into bytes
    connect  until the connection stands, with the handshake that its protocol may have
    send     until the system has taken the request's bytes
    wait     until the first bytes of the answer are read
    read     until the last are
    decode   until the temperature is read and found right
"""

import socket
from collections.abc import Iterable

import numpy as np

from celsiusify_load_tests.client.base import Client, ConnectionCounts
from celsiusify_load_tests.client.transport import Transport
from celsiusify_load_tests.recording.clock import now_ns

PHASES = ("encode", "connect", "send", "wait", "read", "decode")

_NS_PER_US = 1000


class Stamps:
    """When the last request was handed over, when that was done, and when its answer began."""

    send_ns = 0
    sent_ns = 0
    first_ns = 0


class TimedTransport(Transport):
    """A wire that notes in `stamps` when what happened; a send after a receive begins anew."""

    def __init__(self, connected: socket.socket, timeout_s: float, stamps: Stamps) -> None:
        super().__init__(connected, timeout_s)
        self._stamps = stamps

    def send(self, data: bytes) -> None:
        """See `Transport`."""
        self._stamps.send_ns = now_ns()
        self._stamps.first_ns = 0
        super().send(data)
        self._stamps.sent_ns = now_ns()

    def receive(self) -> bytes:
        """See `Transport`."""
        data = super().receive()
        self._stamps.first_ns = self._stamps.first_ns or self.received_ns
        return data

    def reset_received(self) -> None:
        """See `Transport`."""
        super().reset_received()
        self._stamps.first_ns = 0


def measure(client: Client, temperatures: Iterable[float]) -> dict[str, float]:
    """Ask for each temperature and take the time.

    Args:
        client: The target's own.
        temperatures: In °F.

    Returns:
        The mean of each phase and of the `total` in µs, and the number of `requests`.

    Raises:
        ExchangeError: If a request gets no whole answer.
        WrongAnswerError: If an answer isn't right.
    """
    times_ns = np.array([_one(client, fahrenheit) for fahrenheit in temperatures])
    phases_us = np.diff(times_ns, axis=1).mean(axis=0) / _NS_PER_US
    total_us = (times_ns[:, -1] - times_ns[:, 0]).mean() / _NS_PER_US
    means = dict(zip((*PHASES, "total"), [*phases_us, total_us], strict=True))
    return {name: round(float(mean), 2) for name, mean in means.items()} | {
        "requests": len(times_ns)
    }


def request_bytes(client: Client, fahrenheit: float) -> int:
    """How long a request is on a connection that is in use, with its head, as it goes out.

    Over HTTP/2 the first on a connection is longer: it makes the head's fields known.

    Raises:
        ExchangeError: If it gets no whole answer.
    """
    connection = client.connect(ConnectionCounts())
    try:
        for _ in range(2):
            connection.exchange(client.fill(fahrenheit))
        return connection.sent_bytes
    finally:
        connection.close()


def _one(client: Client, fahrenheit: float) -> list[int]:
    """Make one request; returns when it began and when each of its phases ended."""
    stamps = Stamps()
    begin_ns = now_ns()
    request = client.fill(fahrenheit)
    encoded_ns = now_ns()
    connection = client.connect(ConnectionCounts())
    connection.make_transport = lambda connected, timeout_s: TimedTransport(
        connected, timeout_s, stamps
    )
    try:
        reply = connection.exchange(request)
        client.judge(reply, fahrenheit)
        end_ns = now_ns()
    finally:
        connection.close()
    times_ns = [begin_ns, encoded_ns, stamps.send_ns, stamps.sent_ns, stamps.first_ns]
    return [*times_ns, connection.received_ns, end_ns]
