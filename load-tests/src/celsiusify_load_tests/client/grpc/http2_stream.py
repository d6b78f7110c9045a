"""Hold one request over HTTP/2 (RFC 9113, section 8) and its answer."""

from dataclasses import dataclass, field

from celsiusify_load_tests.client.grpc.header_fields import Fields
from celsiusify_load_tests.client.grpc.http2_frames import ErrorCode, FrameError

MAX_BODY_BYTES = 16 * 1024 * 1024


@dataclass(slots=True)
class Stream:
    """A request and the received part of its answer.

    Attributes:
        number: The stream's identifier.
        request: The request's body.
        sent_bytes: The number of sent bytes of the body; the server's windows limit it.
        window: The number of bytes left in the stream's own window.
        head: The fields of the answer's head.
        trailers: The fields at the answer's end; those of the head if nothing followed the head.
        body: The pieces of the answer's body.
        body_bytes: The size of the answer's body.
        is_ended: Whether the answer is complete or aborted.
        reset: The reason why the server reset the stream; None if it didn't.
        is_refused: Whether the server didn't process the request (section 8.7).
    """

    number: int
    request: bytes
    window: int
    sent_bytes: int = 0
    head: Fields | None = None
    trailers: Fields | None = None
    body: list[bytes] = field(default_factory=list)
    body_bytes: int = 0
    is_ended: bool = False
    reset: ErrorCode | None = None
    is_refused: bool = False

    @property
    def is_done(self) -> bool:
        """Whether both the request and the answer are complete."""
        return self.is_ended and self.sent_bytes == len(self.request) and self.reset is None

    def add_fields(self, fields: Fields, *, ends: bool) -> None:
        """Add the fields of the answer's head or trailers.

        Raises:
            FrameError: If the fields aren't valid there.
        """
        if self.head is None:
            status = fields.get(b":status", b"")
            if len(status) != 3 or not status.isdigit():
                raise FrameError("answer without :status")
            if status.startswith(b"1") and not ends:
                return  # an interim answer
            self.head = fields
        elif not ends:
            raise FrameError("trailers without END_STREAM")
        if ends:
            self.trailers, self.is_ended = fields, True

    def add_data(self, data: bytes, *, ends: bool) -> None:
        """Add a piece of the answer's body.

        Raises:
            FrameError: If the head is missing, or the body is too long.
        """
        if self.head is None:
            raise FrameError("DATA before HEADERS")
        self.body.append(data)
        self.body_bytes += len(data)
        if self.body_bytes > MAX_BODY_BYTES:
            raise FrameError(f"body of over {MAX_BODY_BYTES} bytes")
        self.is_ended = ends

    def abort(self, code: ErrorCode, *, is_refused: bool) -> None:
        """Mark the request as aborted by the server."""
        self.is_ended, self.reset, self.is_refused = True, code, is_refused
