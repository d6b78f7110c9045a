"""A user's connection for gRPC."""

from collections.abc import Sequence

from celsiusify_load_tests.connection import Endpoint, KeptConnection, UnprocessedError
from celsiusify_load_tests.exchange import ConnectionCounts, ExchangeError
from celsiusify_load_tests.frames import ErrorCode, FrameError
from celsiusify_load_tests.grpc_message import GrpcReply, reply_of
from celsiusify_load_tests.http2 import Http2
from celsiusify_load_tests.policy import Habit
from celsiusify_load_tests.wire import Wire


class GrpcConnection(KeptConnection[GrpcReply]):
    """An HTTP/2 connection that carries one call after the other.

    A call that the server says it did nothing for is sent once more (RFC 9113, section 8.7). As
    over HTTP/1.1, one that gets no answer in time takes its connection with it.

    Args:
        endpoint: Where calls go.
        counts: What is counted of all connections.
        habit: When connections are hung up.
        fields: The header fields of every call.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        counts: ConnectionCounts,
        habit: Habit,
        fields: Sequence[tuple[str, str]],
    ) -> None:
        super().__init__(endpoint, counts, habit)
        self._fields = fields
        self._http2 = Http2(fields)

    def _open(self) -> Wire:
        wire = super()._open()
        self._http2 = Http2(self._fields)
        return wire

    def _attempt(self, wire: Wire, request: bytes, is_kept: bool) -> GrpcReply:
        http2 = self._http2
        try:
            if not is_kept:
                self._greet(wire)
            wire.send(http2.request(request))
            stream = http2.stream
            while not stream.is_ended:
                self._receive(wire)
        except ConnectionError as error:
            raise ExchangeError(self._ended()) from error
        except FrameError as error:
            raise ExchangeError(f"not an HTTP/2 answer: {error}") from error
        if stream.is_refused:
            raise UnprocessedError("call refused by the server")
        if stream.reset is not None:
            raise ExchangeError(f"call broken off by the server: {stream.reset.name}")
        return reply_of(stream)

    def _greet(self, wire: Wire) -> None:
        """Exchange settings, as gRPC's own clients do before the first call on a connection."""
        wire.send(self._http2.open())
        while not self._http2.is_greeted:
            self._receive(wire)

    def _receive(self, wire: Wire) -> None:
        data = wire.receive()
        if not data:
            raise ExchangeError(self._ended())
        due, stream = self._http2.receive(data), self._http2.stream
        if stream.head is None:
            wire.disregard()
        if due:
            try:
                wire.push(due)
            except ConnectionError:
                if not stream.is_ended:  # a server may hang up as soon as its answer is out
                    raise

    def _ended(self) -> str:
        moment = "before" if self._http2.stream.head is None else "within"
        farewell = self._http2.farewell
        reason = f": {farewell.name}" if farewell and farewell != ErrorCode.NO_ERROR else ""
        return f"connection ended {moment} the answer{reason}"

    def _hang_up(self, wire: Wire) -> None:
        """Reset it: a client of gRPC can't ask the server to hang up first."""
        wire.reset_at_close()

    def _is_spent(self, wire: Wire) -> bool:
        """Hear what the server said meanwhile: it may have pinged, or taken its leave."""
        try:
            while wire.is_spent():
                if not (data := wire.take()):
                    return True
                if due := self._http2.receive(data):
                    wire.push(due)
        except (OSError, FrameError):
            return True
        return not self._http2.is_reusable

    def _is_reusable(self, reply: GrpcReply) -> bool:
        return self._http2.is_reusable
