"""The connection of one simulated user, and what becomes of a request when it breaks."""

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
    """The request wasn't processed, or may be processed twice: it can be sent again."""


@dataclass(frozen=True)
class Endpoint:
    """Where requests go, and how long a connection and a whole answer may take."""

    host: str
    port: int
    connect_timeout_s: float = 5.0
    read_timeout_s: float = 30.0

    @cached_property
    def addresses(self) -> Addresses:
        """Where the host is; all connections look that up together."""
        return Addresses(self.host, self.port)


class KeptConnection(ABC, Generic[R]):
    """A connection that opens when it is first needed, and again after it was closed.

    It is hung up after as many requests as its user's lifetime says, and not before the next one: a
    server that was told so hangs up first, and then the port here is free again at once. Whoever
    hangs up first keeps it for a minute (RFC 9293, section 3.6.1).

    A server may close an idle connection at any moment. Where that is seen before a request is
    sent, the request goes out on a new connection. Where it is seen after, the protocol says
    whether the request may be sent once more. Both show in the counts.
    """

    def __init__(
        self, endpoint: Endpoint, counts: ConnectionCounts, lifetime: ConnectionLifetime
    ) -> None:
        self.received_ns = 0
        """When the last byte of the last whole answer was read."""
        self.sent_bytes = 0
        """How long the last request that was answered was, with its head, as it went out."""
        self.make_transport: MakeTransport = Transport
        self._endpoint = endpoint
        self._counts = counts
        self._lifetime = lifetime
        self._left = 0.0
        self._transport: Transport | None = None

    def exchange(self, request: bytes) -> R:
        """Send a request and return its answer.

        Raises:
            ExchangeError: If no whole answer came, or none in time.
        """
        try:
            reply = self._exchange(request)
        except BaseException:  # also of a user that is stopped, a request is still on its way
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
        transport.rest()
        self.received_ns, self.sent_bytes = transport.received_ns, transport.sent_bytes
        return reply

    @abstractmethod
    def _attempt(self, transport: Transport, request: bytes, is_kept: bool) -> R:
        """Send the request and read its answer.

        Raises:
            UnprocessedError: If no answer came, and the request may be sent again.
            ExchangeError: If no whole answer came.
            DeadlineError: If none came in time.
            OSError: If the connection is broken.
        """

    def _as_last(self, request: bytes) -> bytes:
        """Let the last request of a connection say that it is, where the protocol can."""
        return request

    def _hang_up(self, transport: Transport) -> None:
        """Get ready to close a connection that has carried all that it should."""

    @abstractmethod
    def _is_stale(self, transport: Transport) -> bool:
        """Say whether the resting connection can carry no more requests."""

    @abstractmethod
    def _is_reusable(self, reply: R) -> bool:
        """Say whether the connection can carry more requests after this answer."""


def _reason(error: OSError) -> str:
    """Say what happened without the addresses that an error's text may hold."""
    if isinstance(error, socket.gaierror):
        return "name not resolved"
    return os.strerror(error.errno) if error.errno else type(error).__name__
