"""A user's connection over HTTP/1.1."""

from celsiusify_load_tests.connection import Endpoint, KeptConnection, UnprocessedError
from celsiusify_load_tests.exchange import ConnectionCounts, ExchangeError
from celsiusify_load_tests.http1 import ClosedError, Response, read_response
from celsiusify_load_tests.http1_head import ProtocolError
from celsiusify_load_tests.policy import Habit
from celsiusify_load_tests.wire import Wire

_END_OF_HEAD = b"\r\n\r\n"
_LAST = b"\r\nConnection: close"


class HttpConnection(KeptConnection[Response]):
    """A connection over HTTP/1.1, kept alive for as many requests as its user's habit says.

    A request on a connection that was used before, and of whose answer nothing came, is sent once
    more if it is idempotent (RFC 9112, section 9.3.1), and else has failed.

    Args:
        endpoint: Where requests go.
        counts: What is counted of all connections.
        habit: When connections are hung up.
        idempotent: Whether requests may be sent twice.
        head_only: Whether the requests' method is HEAD.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        counts: ConnectionCounts,
        habit: Habit,
        *,
        idempotent: bool,
        head_only: bool = False,
    ) -> None:
        super().__init__(endpoint, counts, habit)
        self._idempotent = idempotent
        self._head_only = head_only

    def _attempt(self, wire: Wire, request: bytes, is_kept: bool) -> Response:
        try:
            wire.send(request)
            return read_response(wire.receive, self._head_only)
        except (ClosedError, ConnectionError) as error:
            if is_kept and self._idempotent and not wire.received_ns:
                raise UnprocessedError from error
            moment = "within" if wire.received_ns else "before"
            raise ExchangeError(f"connection ended {moment} the answer") from error
        except ProtocolError as error:
            raise ExchangeError(f"not an HTTP/1.1 answer: {error}") from error

    def _as_last(self, request: bytes) -> bytes:
        """Say that the connection ends with this request (RFC 9112, section 9.6)."""
        return request.replace(_END_OF_HEAD, _LAST + _END_OF_HEAD, 1)

    def _is_spent(self, wire: Wire) -> bool:
        return wire.is_spent()

    def _is_reusable(self, reply: Response) -> bool:
        return reply.reusable
