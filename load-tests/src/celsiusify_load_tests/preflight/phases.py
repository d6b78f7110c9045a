"""Measure the phases of a request: encode, connect, send, wait, read, decode.

Each request has its own connection, so that `connect` counts. One clock times all phases, and each
phase ends where the next begins:

    encode   until the request is encoded
    connect  until the connection is open, after the protocol's handshake, if it has one
    send     until the system has accepted the request's bytes
    wait     until the first bytes of the answer are read
    read     until the last bytes of the answer are read
    decode   until the temperature is read and checked
"""

import socket
from collections.abc import Iterable

import numpy as np

from celsiusify_load_tests.client.base import Client, ConnectionCounts
from celsiusify_load_tests.client.transport import Transport
from celsiusify_load_tests.recording.clock import now_ns

PHASES = ("encode", "connect", "send", "wait", "read", "decode")

_NS_PER_US = 1000


class Timestamps:
    """The start and end of sending the last request, and the start of its answer."""

    send_ns = 0
    sent_ns = 0
    first_ns = 0


class TimedTransport(Transport):
    """A transport that records the times of the last request."""

    def __init__(self, connected: socket.socket, timeout_s: float, times: Timestamps) -> None:
        super().__init__(connected, timeout_s)
        self._times = times

    def send(self, data: bytes) -> None:
        """See `Transport`."""
        self._times.send_ns = now_ns()
        self._times.first_ns = 0
        super().send(data)
        self._times.sent_ns = now_ns()

    def receive(self) -> bytes:
        """See `Transport`."""
        data = super().receive()
        self._times.first_ns = self._times.first_ns or self.received_ns
        return data

    def reset_received(self) -> None:
        """See `Transport`."""
        super().reset_received()
        self._times.first_ns = 0


def measure(client: Client, temperatures: Iterable[float]) -> dict[str, float]:
    """Send a request for each temperature and return the mean time of each phase.

    Args:
        client: The target's client.
        temperatures: The temperatures in °F.

    Returns:
        The mean of each phase and of the `total` in µs, and the number of `requests`.

    Raises:
        ExchangeError: If a request gets no complete answer.
        WrongAnswerError: If an answer is wrong.
    """
    times_ns = np.array([_measure_one(client, fahrenheit) for fahrenheit in temperatures])
    phases_us = np.diff(times_ns, axis=1).mean(axis=0) / _NS_PER_US
    total_us = (times_ns[:, -1] - times_ns[:, 0]).mean() / _NS_PER_US
    means = dict(zip((*PHASES, "total"), [*phases_us, total_us], strict=True))
    return {name: round(float(mean), 2) for name, mean in means.items()} | {
        "requests": len(times_ns)
    }


def request_bytes(client: Client, fahrenheit: float) -> int:
    """Return the size of a request with its head on a connection in use, in bytes.

    Over HTTP/2 the first request on a connection is longer, since it defines the header fields.

    Raises:
        ExchangeError: If a request gets no complete answer.
    """
    connection = client.connect(ConnectionCounts())
    try:
        for _ in range(2):
            connection.exchange(client.fill(fahrenheit))
        return connection.sent_bytes
    finally:
        connection.close()


def _measure_one(client: Client, fahrenheit: float) -> list[int]:
    """Send one request; return its start and the end of each phase."""
    times = Timestamps()
    begin_ns = now_ns()
    request = client.fill(fahrenheit)
    encoded_ns = now_ns()
    connection = client.connect(ConnectionCounts())
    connection.make_transport = lambda connected, timeout_s: TimedTransport(
        connected, timeout_s, times
    )
    try:
        reply = connection.exchange(request)
        client.judge(reply, fahrenheit)
        end_ns = now_ns()
    finally:
        connection.close()
    times_ns = [begin_ns, encoded_ns, times.send_ns, times.sent_ns, times.first_ns]
    return [*times_ns, connection.received_ns, end_ns]
