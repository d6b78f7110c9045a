"""Run the client's end of an HTTP/2 connection (RFC 9113), one request at a time.

The connection has no socket: it takes the received bytes and returns the bytes to send.
"""

from collections.abc import Callable, Sequence

from celsiusify_load_tests.client.grpc import http2_frames
from celsiusify_load_tests.client.grpc.header_fields import FieldDecoder, FieldEncoder
from celsiusify_load_tests.client.grpc.http2_frames import ErrorCode, Frame, FrameError, Setting
from celsiusify_load_tests.client.grpc.http2_stream import Stream

MAX_BLOCK_BYTES = 64 * 1024

_FIRST_WINDOW = 65_535
_MAX_WINDOW = 2**31 - 1
_REPLENISH_BYTES = 2**30
_MAX_STREAM = 2**31 - 1

_OPENING = (
    http2_frames.PREFACE
    + http2_frames.settings({Setting.ENABLE_PUSH: 0, Setting.INITIAL_WINDOW_SIZE: _MAX_WINDOW})
    + http2_frames.window_update(0, _MAX_WINDOW - _FIRST_WINDOW)
)


class Http2:
    """The state of an HTTP/2 connection.

    Args:
        fields: The header fields of every request.
    """

    def __init__(self, fields: Sequence[tuple[str, str]]) -> None:
        self.stream = Stream(0, b"", 0, is_ended=True)
        """The latest request."""
        self.has_settings = False
        """Whether the server has sent its settings, which must be first (section 3.4)."""
        self.goaway: ErrorCode | None = None
        """The reason why the server accepts no more requests; None while it does."""
        self._encoder, self._decoder = FieldEncoder(fields), FieldDecoder()
        self._received = b""
        self._to_send = [_OPENING]
        self._window = self._first_window = _FIRST_WINDOW
        self._max_payload = http2_frames.MAX_PAYLOAD_BYTES
        self._unreplenished = 0
        self._block: tuple[Frame, list[bytes]] | None = None
        self._handlers: dict[int, Callable[[Frame], None]] = {
            http2_frames.DATA: self._on_data,
            http2_frames.HEADERS: self._on_headers,
            http2_frames.RST_STREAM: self._on_reset,
            http2_frames.SETTINGS: self._on_settings,
            http2_frames.PUSH_PROMISE: self._on_push_promise,
            http2_frames.PING: self._on_ping,
            http2_frames.GOAWAY: self._on_goaway,
            http2_frames.WINDOW_UPDATE: self._on_window,
            http2_frames.CONTINUATION: self._on_continuation,
        }

    @property
    def is_reusable(self) -> bool:
        """Whether the connection can carry another request."""
        is_open = self.goaway is None and self.stream.number < _MAX_STREAM - 1
        return is_open and self.stream.is_done

    def open(self) -> bytes:
        """Return the bytes that open the connection."""
        return self._take()

    def request(self, body: bytes) -> bytes:
        """Begin a request; return the bytes to send, as far as the windows permit.

        Raises:
            FrameError: If the fields don't fit into one frame.
        """
        number = self.stream.number + 2 if self.stream.number else 1
        self.stream = Stream(number, body, self._first_window)
        block = self._encoder.encode()
        if len(block) > self._max_payload:
            raise FrameError(f"header fields of over {self._max_payload} bytes")
        self._to_send.append(
            http2_frames.frame(http2_frames.HEADERS, http2_frames.END_HEADERS, number, block)
        )
        self._send_body()
        return self._take()

    def receive(self, data: bytes) -> bytes:
        """Process received bytes; return the bytes to send, if any.

        Raises:
            FrameError: If the bytes break the rules of HTTP/2.
        """
        frames, self._received = http2_frames.split(self._received + data)
        for frame in frames:
            if self._block is not None and frame.kind != http2_frames.CONTINUATION:
                raise FrameError("frame within a header block")
            if not self.has_settings and frame.kind != http2_frames.SETTINGS:
                raise FrameError("first frame isn't SETTINGS")
            if (handle := self._handlers.get(frame.kind)) is not None:
                handle(frame)
        return self._take()

    def _take(self) -> bytes:
        data = b"".join(self._to_send)
        self._to_send.clear()
        return data

    def _send_body(self) -> None:
        stream = self.stream
        while (unsent := len(stream.request) - stream.sent_bytes) > 0:
            size = min(unsent, self._window, stream.window, self._max_payload)
            if size <= 0:
                return
            piece = stream.request[stream.sent_bytes : stream.sent_bytes + size]
            flags = http2_frames.END_STREAM if size == unsent else 0
            self._to_send.append(http2_frames.frame(http2_frames.DATA, flags, stream.number, piece))
            stream.sent_bytes += size
            stream.window -= size
            self._window -= size

    def _continue_body(self) -> None:
        """Send what the larger windows permit, unless the answer is complete."""
        if not self.stream.is_ended:
            self._send_body()

    def _answering(self, received: Frame) -> Stream:
        """Return the stream of a part of an answer."""
        stream = self.stream
        if received.stream != stream.number or stream.is_ended:
            raise FrameError("answer without a request")
        return stream

    def _is_past(self, received: Frame) -> bool:
        """Return True if a frame is of an ended stream, where late frames are allowed."""
        number = received.stream
        if not number or number > self.stream.number or not number % 2:
            raise FrameError("frame of an unknown stream")
        return number < self.stream.number or self.stream.is_ended

    def _on_data(self, received: Frame) -> None:
        ends = bool(received.flags & http2_frames.END_STREAM)
        self._answering(received).add_data(http2_frames.unpadded(received), ends=ends)
        self._unreplenished += len(received.payload)
        if self._unreplenished >= _REPLENISH_BYTES:
            self._to_send.append(http2_frames.window_update(0, self._unreplenished))
            self._unreplenished = 0

    def _on_headers(self, received: Frame) -> None:
        self._block = (received, [])
        self._add_to_block(received, http2_frames.unpadded(received))

    def _on_continuation(self, received: Frame) -> None:
        if self._block is None or received.stream != self._block[0].stream:
            raise FrameError("CONTINUATION without HEADERS")
        self._add_to_block(received, received.payload)

    def _add_to_block(self, received: Frame, piece: bytes) -> None:
        assert self._block is not None
        first, pieces = self._block
        pieces.append(piece)
        if sum(map(len, pieces)) > MAX_BLOCK_BYTES:
            raise FrameError(f"header fields of over {MAX_BLOCK_BYTES} bytes")
        if received.flags & http2_frames.END_HEADERS:
            self._block = None
            fields = self._decoder.decode(b"".join(pieces))
            ends = bool(first.flags & http2_frames.END_STREAM)
            self._answering(first).add_fields(fields, ends=ends)

    def _on_reset(self, received: Frame) -> None:
        (code,) = http2_frames.numbers(received, 1)
        if not self._is_past(received):
            is_refused = code == ErrorCode.REFUSED_STREAM
            self.stream.abort(ErrorCode(code), is_refused=is_refused)

    def _on_settings(self, received: Frame) -> None:
        if received.stream:
            raise FrameError("SETTINGS of a stream")
        self.has_settings = True
        if received.flags & http2_frames.ACK:
            return
        for name, value in http2_frames.settings_of(received):
            if name == Setting.HEADER_TABLE_SIZE:
                self._encoder.limit_table(value)
            elif name == Setting.INITIAL_WINDOW_SIZE:
                self._set_first_window(value)
            elif name == Setting.MAX_FRAME_SIZE:
                self._max_payload = max(value, http2_frames.MAX_PAYLOAD_BYTES)
        self._to_send.append(http2_frames.frame(http2_frames.SETTINGS, http2_frames.ACK, 0, b""))
        self._continue_body()

    def _set_first_window(self, value: int) -> None:
        """Change the window of new streams, and the current stream's by as much (6.9.2)."""
        if value > _MAX_WINDOW:
            raise FrameError("window too large")
        self.stream.window += value - self._first_window
        self._first_window = value

    def _on_ping(self, received: Frame) -> None:
        if not received.flags & http2_frames.ACK:
            self._to_send.append(
                http2_frames.frame(http2_frames.PING, http2_frames.ACK, 0, received.payload)
            )

    def _on_goaway(self, received: Frame) -> None:
        last, code = http2_frames.numbers(received, 2)
        self.goaway = ErrorCode(code)
        if self.stream.number > last & _MAX_STREAM and not self.stream.is_ended:
            self.stream.abort(self.goaway, is_refused=True)

    def _on_window(self, received: Frame) -> None:
        (increment,) = http2_frames.numbers(received, 1)
        if received.stream == 0:
            self._window = _enlarged(self._window, increment)
        elif not self._is_past(received):
            self.stream.window = _enlarged(self.stream.window, increment)
        self._continue_body()

    def _on_push_promise(self, received: Frame) -> None:
        raise FrameError("PUSH_PROMISE, which is disabled")


def _enlarged(window: int, increment: int) -> int:
    increment &= _MAX_WINDOW
    if increment == 0 or window + increment > _MAX_WINDOW:
        raise FrameError("invalid window increment")
    return window + increment
