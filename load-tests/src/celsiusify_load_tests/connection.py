"""The keep-alive connection of one simulated user, and what becomes of a request when it breaks."""

import os
import socket
from dataclasses import dataclass

from celsiusify_load_tests.http1 import ClosedError, ProtocolError, Response, read_response
from celsiusify_load_tests.wire import TimeUpError, Wire, open_wire


class ExchangeError(Exception):
    """A request that got no whole answer. Its text is the same for equal faults."""


class _EndedError(ExchangeError):
    """The connection ended before the answer did."""


@dataclass(slots=True)
class ConnectionCounts:
    """What the connections of a process went through."""

    opened: int = 0
    resent: int = 0
    """Requests that went out twice: see `Connection`."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where requests go, and how long a connection and a whole answer may take."""

    host: str
    port: int
    connect_timeout_s: float = 5.0
    read_timeout_s: float = 30.0


class Connection:
    """A connection that opens when it is first needed, and again after it was closed.

    A server may close an idle connection at any moment. Where that is seen before a request is
    sent, the request goes out on a new connection. Where it is seen after, and nothing was
    received, the request is sent once more if it is idempotent (RFC 9112, section 9.3.1), and else
    has failed. Both show in the counts.
    """

    def __init__(self, endpoint: Endpoint, counts: ConnectionCounts) -> None:
        self.received_ns = 0
        """When the last byte of the last whole answer was read."""
        self._endpoint = endpoint
        self._counts = counts
        self._wire: Wire | None = None

    def exchange(self, request: bytes, *, idempotent: bool, head_only: bool = False) -> Response:
        """Send a request and return its answer.

        Args:
            request: Head and body as they go over the wire.
            idempotent: Whether the request may be sent twice.
            head_only: Whether the request's method is HEAD.

        Raises:
            ExchangeError: If no whole answer came, or none in time.
        """
        try:
            response = self._exchange(request, idempotent, head_only)
        except BaseException:  # also of a user that is stopped, a request is still on its way
            self.close()
            raise
        if not response.reusable:
            self.close()
        return response

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    def _exchange(self, request: bytes, idempotent: bool, head_only: bool) -> Response:
        if self._wire is not None and self._wire.is_spent():
            self.close()
        wire = self._wire
        if wire is not None:
            try:
                return self._attempt(wire, request, head_only)
            except _EndedError:
                if wire.received_ns or not idempotent:
                    raise
                self.close()
                self._counts.resent += 1
        return self._attempt(self._open(), request, head_only)

    def _open(self) -> Wire:
        endpoint = self._endpoint
        try:
            self._wire = open_wire(
                endpoint.host,
                endpoint.port,
                connect_timeout_s=endpoint.connect_timeout_s,
                read_timeout_s=endpoint.read_timeout_s,
            )
        except TimeUpError:
            raise ExchangeError(f"no connection in {endpoint.connect_timeout_s:g} s") from None
        except OSError as error:
            raise ExchangeError(f"no connection: {_reason(error)}") from error
        self._counts.opened += 1
        return self._wire

    def _attempt(self, wire: Wire, request: bytes, head_only: bool) -> Response:
        try:
            wire.send(request)
            response = read_response(wire.receive, head_only)
        except (ClosedError, ConnectionError) as error:
            moment = "within" if wire.received_ns else "before"
            raise _EndedError(f"connection ended {moment} the answer") from error
        except TimeUpError:
            raise ExchangeError(f"no answer in {self._endpoint.read_timeout_s:g} s") from None
        except ProtocolError as error:
            raise ExchangeError(f"not an HTTP/1.1 answer: {error}") from error
        except OSError as error:
            raise ExchangeError(f"connection broke: {_reason(error)}") from error
        wire.rest()
        self.received_ns = wire.received_ns
        return response


def _reason(error: OSError) -> str:
    """Say what happened without the addresses that an error's text may hold."""
    if isinstance(error, socket.gaierror):
        return "name not resolved"
    return os.strerror(error.errno) if error.errno else type(error).__name__
