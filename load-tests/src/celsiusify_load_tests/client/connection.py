"""Keep the connection of one simulated user, and resend requests when it breaks."""

import os
import socket
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

import gevent

from celsiusify_load_tests.client.base import ConnectionCounts, ExchangeError, Reply
from celsiusify_load_tests.client.resolver import Addresses
from celsiusify_load_tests.client.transport import (
    DeadlineError,
    MakeTransport,
    Transport,
    open_transport,
)
from celsiusify_load_tests.config.connection_policy import ConnectionLifetime

R = TypeVar("R", bound=Reply)


class UnprocessedError(ExchangeError):
    """A request that wasn't processed, or may be processed twice, and can be resent."""


@dataclass(frozen=True)
class Endpoint:
    """The address of a server, and the time limits for connecting and for an answer."""

    host: str
    port: int
    connect_timeout_s: float = 5.0
    read_timeout_s: float = 30.0

    @cached_property
    def addresses(self) -> Addresses:
        """The addresses of the host, which all connections share."""
        return Addresses(self.host, self.port)


class KeptConnection(ABC, Generic[R]):
    """A connection that opens on the first request, and again after it was closed.

    A lifetime limits the number of requests on a connection. After the last one, the connection is
    closed only before the next request. If the server is told of the last request, it closes
    first, and then the local port is free at once: the side that closes first keeps its port for a
    minute (RFC 9293, section 3.6.1).

    A server may close an idle connection at any moment. If the close is noticed before a request
    is sent, the request is sent on a new connection. If the close is noticed later, the protocol
    decides whether the request may be resent. Both cases are counted.
    """

    def __init__(
        self, endpoint: Endpoint, counts: ConnectionCounts, lifetime: ConnectionLifetime
    ) -> None:
        self.received_ns = 0
        """The time when the last byte of the last complete answer was read."""
        self.sent_bytes = 0
        """The size of the last answered request with its head, in bytes."""
        self.make_transport: MakeTransport = Transport
        self._endpoint = endpoint
        self._counts = counts
        self._lifetime = lifetime
        self._left = 0.0
        self._transport: Transport | None = None

    def exchange(self, request: bytes) -> R:
        """Send a request and return its answer.

        Raises:
            ExchangeError: If no complete answer arrives in time.
        """
        try:
            reply = self._exchange(request)
        except BaseException:  # a stopped user's request is in flight as well
            self.close()
            raise
        if self._left > 0 and not self._is_reusable(reply):
            self.close()
        return reply

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def _exchange(self, request: bytes) -> R:
        if self._transport is not None and self._left <= 0:
            self._hang_up(self._transport)
            self.close()
        elif self._transport is not None and self._is_stale(self._transport):
            self.close()
        transport = self._transport
        try:
            return self._timed(transport or self._open(), request, is_kept=transport is not None)
        except UnprocessedError:
            self.close()
            self._counts.resent += 1
        return self._timed(self._open(), request, is_kept=False)

    def _open(self) -> Transport:
        endpoint = self._endpoint
        try:
            with gevent.Timeout(endpoint.connect_timeout_s, DeadlineError):
                addresses = endpoint.addresses.shuffled(self._lifetime.chance)
                self._transport = open_transport(
                    addresses, self.make_transport, read_timeout_s=endpoint.read_timeout_s
                )
        except DeadlineError:
            raise ExchangeError(f"no connection in {endpoint.connect_timeout_s:g} s") from None
        except OSError as error:
            raise ExchangeError(f"no connection: {_reason(error)}") from error
        self._counts.opened += 1
        self._left = self._lifetime.next_limit()
        return self._transport

    def _timed(self, transport: Transport, request: bytes, *, is_kept: bool) -> R:
        self._left -= 1
        if self._left <= 0:
            request = self._as_last(request)
        try:
            reply = self._attempt(transport, request, is_kept)
        except DeadlineError:
            raise ExchangeError(f"no answer in {self._endpoint.read_timeout_s:g} s") from None
        except OSError as error:
            raise ExchangeError(f"connection broke: {_reason(error)}") from error
        transport.stop_deadline()
        self.received_ns, self.sent_bytes = transport.received_ns, transport.sent_bytes
        return reply

    @abstractmethod
    def _attempt(self, transport: Transport, request: bytes, is_kept: bool) -> R:
        """Send the request and read its answer.

        Raises:
            UnprocessedError: If no answer arrived and the request may be resent.
            ExchangeError: If no complete answer arrived.
            DeadlineError: If no answer arrived in time.
            OSError: If the connection is broken.
        """

    def _as_last(self, request: bytes) -> bytes:
        """Mark a request as the connection's last, if the protocol supports that."""
        return request

    def _hang_up(self, transport: Transport) -> None:
        """Prepare to close a connection at the end of its lifetime."""

    @abstractmethod
    def _is_stale(self, transport: Transport) -> bool:
        """Return True if the idle connection can carry no more requests."""

    @abstractmethod
    def _is_reusable(self, reply: R) -> bool:
        """Return True if the connection can carry more requests after this answer."""


def _reason(error: OSError) -> str:
    """Return the reason of an error without the addresses in its text."""
    if isinstance(error, socket.gaierror):
        return "name not resolved"
    return os.strerror(error.errno) if error.errno else type(error).__name__
