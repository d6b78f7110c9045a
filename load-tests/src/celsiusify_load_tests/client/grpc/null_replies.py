"""Answer gRPC calls over HTTP/2 as a null server, always with the same message."""

from collections.abc import Callable

from celsiusify_load_tests.client.grpc import http2_frames
from celsiusify_load_tests.client.grpc.header_fields import FieldEncoder

_REPLENISH_BYTES = 2**30
_MAX_WINDOW = 2**31 - 1


def grpc_replies(body: bytes) -> Callable[[bytes], bytes]:
    """Answer calls with status OK; `body` is the framed message. See `registry.Replies`."""
    return _GrpcReplies(body).reply


class _GrpcReplies:
    """The server's end of an HTTP/2 connection, which only detects the ends of calls."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._head = FieldEncoder([(":status", "200"), ("content-type", "application/grpc")])
        # The encoder's table serves the head alone: the trailers are encoded without a table.
        self._trailers = b"\x00\x0bgrpc-status\x010"
        self._received = b""
        self._is_new = True
        self._unreplenished = 0

    def reply(self, data: bytes) -> bytes:
        """Process received bytes; return the bytes to send."""
        data = self._received + data
        response = []
        if self._is_new:
            if len(data) < len(http2_frames.PREFACE):
                self._received = data
                return b""
            self._is_new = False
            data = data[len(http2_frames.PREFACE) :]
            window = http2_frames.window_update(0, _MAX_WINDOW - 65_535)
            response += [http2_frames.settings({}), window]
        frames, self._received = http2_frames.split(data)
        for frame in frames:
            response += self._response(frame)
        return b"".join(response)

    def _response(self, frame: http2_frames.Frame) -> list[bytes]:
        if frame.kind == http2_frames.DATA:
            window = self._replenish(len(frame.payload))
            ends = frame.flags & http2_frames.END_STREAM
            return window + self._answer(frame.stream) if ends else window
        if (
            frame.kind in (http2_frames.SETTINGS, http2_frames.PING)
            and not frame.flags & http2_frames.ACK
        ):
            payload = frame.payload if frame.kind == http2_frames.PING else b""
            return [http2_frames.frame(frame.kind, http2_frames.ACK, 0, payload)]
        return []

    def _answer(self, stream: int) -> list[bytes]:
        ends = http2_frames.END_HEADERS | http2_frames.END_STREAM
        return [
            http2_frames.frame(
                http2_frames.HEADERS, http2_frames.END_HEADERS, stream, self._head.encode()
            ),
            http2_frames.frame(http2_frames.DATA, 0, stream, self._body),
            http2_frames.frame(http2_frames.HEADERS, ends, stream, self._trailers),
        ]

    def _replenish(self, size: int) -> list[bytes]:
        self._unreplenished += size
        if self._unreplenished < _REPLENISH_BYTES:
            return []
        size, self._unreplenished = self._unreplenished, 0
        return [http2_frames.window_update(0, size)]
