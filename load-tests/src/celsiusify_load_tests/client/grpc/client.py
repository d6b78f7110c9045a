"""Send requests over gRPC, one connection for each user."""

from collections.abc import Sequence
from typing import Any

from google.protobuf.json_format import ParseDict
from google.protobuf.message import DecodeError

from celsiusify_load_tests.client.base import (
    Answer,
    ConnectionCounts,
    ExchangeError,
    Request,
    Timeouts,
)
from celsiusify_load_tests.client.check import AnswerCheck, WrongAnswerError
from celsiusify_load_tests.client.connection import Endpoint, KeptConnection, UnprocessedError
from celsiusify_load_tests.client.grpc.framing import (
    CONTENT_TYPE,
    GrpcReply,
    framed,
    reply_of,
    timeout_field,
    unframed,
)
from celsiusify_load_tests.client.grpc.http2 import Http2
from celsiusify_load_tests.client.grpc.http2_frames import ErrorCode, FrameError
from celsiusify_load_tests.client.grpc.messages import RPCS, MessagePath, MessageTemplate
from celsiusify_load_tests.client.http1.request import Origin
from celsiusify_load_tests.client.transport import Transport
from celsiusify_load_tests.config.connection_policy import ConnectionLifetime
from celsiusify_load_tests.errors import LoadTestError


class GrpcConnection(KeptConnection[GrpcReply]):
    """An HTTP/2 connection that carries one call at a time.

    A call that the server refused unprocessed is resent (RFC 9113, section 8.7). As over HTTP/1.1,
    a call whose answer is late closes its connection.

    Args:
        endpoint: The server's address and the time limits.
        counts: The counts of all connections.
        lifetime: The limits on a connection's calls.
        fields: The header fields of every call.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        counts: ConnectionCounts,
        lifetime: ConnectionLifetime,
        fields: Sequence[tuple[str, str]],
    ) -> None:
        super().__init__(endpoint, counts, lifetime)
        self._fields = fields
        self._http2 = Http2(fields)

    def _open(self) -> Transport:
        transport = super()._open()
        self._http2 = Http2(self._fields)
        return transport

    def _attempt(self, transport: Transport, request: bytes, is_kept: bool) -> GrpcReply:
        http2 = self._http2
        try:
            if not is_kept:
                self._exchange_settings(transport)
            transport.send(http2.request(request))
            stream = http2.stream
            while not stream.is_ended:
                self._receive(transport)
        except ConnectionError as error:
            raise ExchangeError(self._ended()) from error
        except FrameError as error:
            raise ExchangeError(f"not an HTTP/2 answer: {error}") from error
        if stream.is_refused:
            raise UnprocessedError("call refused by the server")
        if stream.reset is not None:
            raise ExchangeError(f"call reset by the server: {stream.reset.name}")
        return reply_of(stream)

    def _exchange_settings(self, transport: Transport) -> None:
        """Exchange settings, as gRPC's own clients do before a connection's first call."""
        transport.send(self._http2.open())
        while not self._http2.has_settings:
            self._receive(transport)

    def _receive(self, transport: Transport) -> None:
        data = transport.receive()
        if not data:
            raise ExchangeError(self._ended())
        response, stream = self._http2.receive(data), self._http2.stream
        if stream.head is None:
            transport.reset_received()
        if response:
            try:
                transport.push(response)
            except ConnectionError:
                if not stream.is_ended:  # a server may close as soon as its answer is sent
                    raise

    def _ended(self) -> str:
        moment = "before" if self._http2.stream.head is None else "within"
        goaway = self._http2.goaway
        reason = f": {goaway.name}" if goaway and goaway != ErrorCode.NO_ERROR else ""
        return f"connection ended {moment} the answer{reason}"

    def _hang_up(self, transport: Transport) -> None:
        """Reset the connection: a gRPC client can't ask the server to close first."""
        transport.reset_at_close()

    def _is_stale(self, transport: Transport) -> bool:
        """Process the frames of the idle connection, such as PING and GOAWAY."""
        try:
            while transport.is_stale():
                if not (data := transport.receive_unsolicited()):
                    return True
                if response := self._http2.receive(data):
                    transport.push(response)
        except (OSError, FrameError):
            return True
        return not self._http2.is_reusable

    def _is_reusable(self, reply: GrpcReply) -> bool:
        return self._http2.is_reusable


class GrpcClient:
    """The client of a gRPC target; see `base.Client`.

    Args:
        request: The request; its path names the call, its body is the message in protobuf's JSON.
        answer: The paths of the answer's values: fields, keys and indices of the message.
        origin: The server.
        timeouts: The time limits; the server gets the limit of a call.

    Raises:
        LoadTestError: If the request is invalid.
    """

    def __init__(
        self, request: Request, answer: Answer, origin: Origin, timeouts: Timeouts
    ) -> None:
        if (rpc := RPCS.get(request.path)) is None:
            raise LoadTestError(f"unknown call {request.path!r}; expected {', '.join(RPCS)}")
        if request.method != "POST":
            raise LoadTestError(f"method of a gRPC request: {request.method!r}; expected POST")
        self._response = rpc.response
        self.method, self.name = request.method, request.path
        self.fill = MessageTemplate(rpc.request, request.body or "{}", framed).fill
        self._endpoint = Endpoint(origin.host, origin.port, timeouts.connect_s, timeouts.read_s)
        self._fields = [
            (":method", request.method),
            (":scheme", "http"),
            (":path", origin.prefix + request.path),
            (":authority", origin.authority),
            ("te", "trailers"),
            ("grpc-timeout", timeout_field(timeouts.read_s)),
            ("content-type", CONTENT_TYPE),
            ("user-agent", "celsiusify-load-tests"),
        ]
        self._check = AnswerCheck(
            self._path(answer.celsius),
            None if answer.instance is None else self._path(answer.instance),
            self._decode,
        )
        self.judge, self.read = self._check.judge, self._check.read

    def connect(
        self, counts: ConnectionCounts, lifetime: ConnectionLifetime | None = None
    ) -> GrpcConnection:
        """Return a connection for one user."""
        return GrpcConnection(
            self._endpoint, counts, lifetime or ConnectionLifetime(), self._fields
        )

    def right_answer(self, fahrenheit: float) -> bytes:
        """Return a framed message with a correct temperature, and an instance if read."""
        document = self._check.right_document(fahrenheit)
        return framed(ParseDict(document, self._response()).SerializeToString())

    def _path(self, path: str) -> MessagePath:
        return MessagePath(self._response, path)

    def _decode(self, body: bytes) -> Any:
        try:
            return self._response.FromString(unframed(body))
        except DecodeError:
            raise WrongAnswerError(f"answer isn't a {self._response.DESCRIPTOR.name}") from None
