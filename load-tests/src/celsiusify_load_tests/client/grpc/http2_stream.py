"""One request over HTTP/2 (RFC 9113, section 8), and what has come of its answer."""

from dataclasses import dataclass, field

from celsiusify_load_tests.client.grpc.header_fields import Fields
from celsiusify_load_tests.client.grpc.http2_frames import ErrorCode, FrameError

MAX_BODY_BYTES = 16 * 1024 * 1024


@dataclass(slots=True)
class Stream:
    """A request under way.

    Attributes:
        number: The stream's identifier.
        request: The request's body.
        sent_bytes: How much of it has been sent; the server's windows say how much may be.
        window: How many bytes more the stream's own window has room for.
        head: The fields of the answer's head.
        trailers: The fields at its end; the head's own where nothing else came.
        body: The pieces of its body.
        body_bytes: Their length.
        is_ended: Whether nothing more will come.
        reset: Why the server broke it off, if it did.
        is_refused: Whether the server says that it did nothing for the request (section 8.7).
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
        """Whether nothing more goes either way, and all went well."""
        return self.is_ended and self.sent_bytes == len(self.request) and self.reset is None

    def add_fields(self, fields: Fields, *, ends: bool) -> None:
        """Take the fields of the answer's head, or of its end.

        Raises:
            FrameError: If they can't stand there.
        """
        if self.head is None:
            status = fields.get(b":status", b"")
            if len(status) != 3 or not status.isdigit():
                raise FrameError("answer without a status")
            if status.startswith(b"1") and not ends:
                return  # an interim answer
            self.head = fields
        elif not ends:
            raise FrameError("trailers that end nothing")
        if ends:
            self.trailers, self.is_ended = fields, True

    def add_data(self, data: bytes, *, ends: bool) -> None:
        """Take a piece of the answer's body.

        Raises:
            FrameError: If it can't stand there, or the body is too long.
        """
        if self.head is None:
            raise FrameError("body before its head")
        self.body.append(data)
        self.body_bytes += len(data)
        if self.body_bytes > MAX_BODY_BYTES:
            raise FrameError(f"body of over {MAX_BODY_BYTES} bytes")
        self.is_ended = ends

    def break_off(self, code: ErrorCode, *, is_refused: bool) -> None:
        """Take it that the server won't answer, or not to the end."""
        self.is_ended, self.reset, self.is_refused = True, code, is_refused
