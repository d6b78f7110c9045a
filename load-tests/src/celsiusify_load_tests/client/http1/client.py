"""Send requests over HTTP/1.1, one connection for each user."""

import orjson

from celsiusify_load_tests.client.base import (
    Answer,
    ConnectionCounts,
    ExchangeError,
    Request,
    Timeouts,
)
from celsiusify_load_tests.client.check import AnswerCheck, JsonPath
from celsiusify_load_tests.client.connection import Endpoint, KeptConnection, UnprocessedError
from celsiusify_load_tests.client.http1.request import Origin, RequestTemplate
from celsiusify_load_tests.client.http1.response import (
    ClosedError,
    ProtocolError,
    Response,
    read_response,
)
from celsiusify_load_tests.client.transport import Transport
from celsiusify_load_tests.config.connection_policy import ConnectionLifetime

_END_OF_HEAD = b"\r\n\r\n"
_LAST = b"\r\nConnection: close"


class HttpConnection(KeptConnection[Response]):
    """An HTTP/1.1 connection, kept alive for the number of requests of its lifetime.

    If a reused connection ends before the answer, an idempotent request is resent (RFC 9112,
    section 9.3.1); any other request has failed.

    Args:
        endpoint: The server's address and the time limits.
        counts: The counts of all connections.
        lifetime: The limits on a connection's requests.
        idempotent: Whether requests may be sent twice.
        head_only: Whether the requests' method is HEAD.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        counts: ConnectionCounts,
        lifetime: ConnectionLifetime,
        *,
        idempotent: bool,
        head_only: bool = False,
    ) -> None:
        super().__init__(endpoint, counts, lifetime)
        self._idempotent = idempotent
        self._head_only = head_only

    def _attempt(self, transport: Transport, request: bytes, is_kept: bool) -> Response:
        try:
            transport.send(request)
            return read_response(transport.receive, self._head_only)
        except (ClosedError, ConnectionError) as error:
            if is_kept and self._idempotent and not transport.received_ns:
                raise UnprocessedError from error
            moment = "within" if transport.received_ns else "before"
            raise ExchangeError(f"connection ended {moment} the answer") from error
        except ProtocolError as error:
            raise ExchangeError(f"not an HTTP/1.1 answer: {error}") from error

    def _as_last(self, request: bytes) -> bytes:
        """Add the header field that ends the connection (RFC 9112, section 9.6)."""
        return request.replace(_END_OF_HEAD, _LAST + _END_OF_HEAD, 1)

    def _is_stale(self, transport: Transport) -> bool:
        return transport.is_stale()

    def _is_reusable(self, reply: Response) -> bool:
        return reply.reusable


class HttpClient:
    """The client of an HTTP/1.1 target; see `base.Client`.

    Args:
        request: The request.
        answer: The paths of the answer's values.
        origin: The server.
        timeouts: The time limits.

    Raises:
        LoadTestError: If the request is invalid.
    """

    def __init__(
        self, request: Request, answer: Answer, origin: Origin, timeouts: Timeouts
    ) -> None:
        self.method, self.name = request.method, request.path
        self._template = RequestTemplate(request.method, request.path, request.body, origin)
        self._endpoint = Endpoint(origin.host, origin.port, timeouts.connect_s, timeouts.read_s)
        self._check = AnswerCheck(
            JsonPath(answer.celsius), None if answer.instance is None else JsonPath(answer.instance)
        )
        self.fill = self._template.fill
        self.judge, self.read = self._check.judge, self._check.read

    def connect(
        self, counts: ConnectionCounts, lifetime: ConnectionLifetime | None = None
    ) -> HttpConnection:
        """Return a connection for one user."""
        template = self._template
        return HttpConnection(
            self._endpoint,
            counts,
            lifetime or ConnectionLifetime(),
            idempotent=template.is_idempotent,
            head_only=template.is_head,
        )

    def right_answer(self, fahrenheit: float) -> bytes:
        """Return a JSON document with a correct temperature, and an instance if read."""
        return orjson.dumps(self._check.right_document(fahrenheit))
