"""Parse one HTTP/1.1 response, head and body, from pieces of any size (RFC 9112)."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

MAX_BODY_BYTES = 16 * 1024 * 1024

_STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-5]\d\d)(?: [^\r\n\0]*)?")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\0]*?)[ \t]*")
_LENGTH = re.compile(rb"\d{1,15}")


class ProtocolError(Exception):
    """A response that isn't HTTP/1.1."""


class Head(NamedTuple):
    """The fields of a response's head that frame its body.

    `length` is None if chunks or the connection's end delimit the body.
    """

    status: int
    length: int | None
    chunked: bool
    keep_alive: bool


@lru_cache(maxsize=256)
def parse_head(head: bytes, head_only: bool = False) -> Head:
    """Parse a response's head, cached since a server repeats few different heads.

    Args:
        head: Status line and fields, without the empty line that ends them.
        head_only: Whether the request was HEAD; then no body follows.

    Raises:
        ProtocolError: If the bytes aren't an HTTP/1.0 or 1.1 response head.
    """
    status_line, *lines = head.split(b"\r\n")
    if (first := _STATUS_LINE.fullmatch(status_line)) is None:
        raise ProtocolError("malformed status line")
    fields: dict[bytes, list[bytes]] = {}
    for line in lines:
        if (pair := _FIELD.fullmatch(line)) is None:
            raise ProtocolError("malformed header field")
        fields.setdefault(pair[1].lower(), []).append(pair[2])
    return _framing(int(first[2]), first[1] == b"1", fields, head_only)


def _framing(status: int, is_1_1: bool, fields: dict[bytes, list[bytes]], head_only: bool) -> Head:
    """Apply the order of RFC 9112, section 6.3, and the persistence rules of 9.3."""
    connection = _members(fields.get(b"connection", []))
    codings = _members(fields.get(b"transfer-encoding", []))
    lengths = _members(fields.get(b"content-length", []))
    keep_alive = b"close" not in connection and (is_1_1 or b"keep-alive" in connection)
    if head_only or status < 200 or status in (204, 304):
        return Head(status, 0, False, keep_alive)
    if codings:
        chunked = codings[-1] == b"chunked"
        return Head(status, None, chunked, keep_alive and chunked and is_1_1 and not lengths)
    if lengths:
        return Head(status, _content_length(lengths), False, keep_alive)
    return Head(status, None, False, False)


def _members(values: list[bytes]) -> list[bytes]:
    """Split comma-separated field values into their members, in lower case."""
    return [member.strip().lower() for value in values for member in value.split(b",")]


def _content_length(lengths: list[bytes]) -> int:
    if len(set(lengths)) != 1 or _LENGTH.fullmatch(lengths[0]) is None:
        raise ProtocolError("malformed Content-Length")
    if (length := int(lengths[0])) > MAX_BODY_BYTES:
        raise ProtocolError(f"body of over {MAX_BODY_BYTES} bytes")
    return length


MAX_HEAD_BYTES = 64 * 1024
MAX_TRAILERS = 100

_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\r\n]*)?")

More = Callable[[], bytes]
"""A function that waits for the response's next bytes; none at the connection's end."""

_END_OF_HEAD = b"\r\n\r\n"


class ClosedError(Exception):
    """The connection ended before the response did."""


class Response(NamedTuple):
    """A complete response; if `reusable`, the connection can carry another request."""

    status: int
    body: bytes
    reusable: bool

    @property
    def problem(self) -> str | None:
        """The problem that the status reports; None if it is 200."""
        return None if self.status == 200 else f"status {self.status}"


def read_response(more: More, head_only: bool = False) -> Response:
    """Read one final response and skip interim responses (1xx).

    Args:
        more: The function that returns the next bytes.
        head_only: Whether the request was HEAD.

    Raises:
        ProtocolError: If the bytes aren't an HTTP/1.1 response, or exceed the limits.
        ClosedError: If the connection ends before the response does.
    """
    head, rest = _final_head(more, head_only)
    if head.length is not None:
        body, rest = (rest, b"") if len(rest) == head.length else _exactly(head.length, rest, more)
    elif head.chunked:
        body, rest = _dechunked(rest, more)
    else:
        body, rest = _until_closed(rest, more), b""
    # Bytes beyond the response answer no request, so the connection's next bytes can't be trusted.
    return Response(head.status, body, head.keep_alive and not rest)


def _final_head(more: More, head_only: bool) -> tuple[Head, bytes]:
    data = _some(more)
    while True:
        while (end := data.find(_END_OF_HEAD)) < 0:
            if len(data) > MAX_HEAD_BYTES:
                raise ProtocolError(f"head of over {MAX_HEAD_BYTES} bytes")
            data += _some(more)
        head = parse_head(data[:end], head_only)
        data = data[end + len(_END_OF_HEAD) :]
        if head.status == 101:
            raise ProtocolError("unrequested switch of protocols")
        if head.status >= 200:
            return head, data


def _some(more: More) -> bytes:
    data = more()
    if not data:
        raise ClosedError
    return data


def _exactly(length: int, data: bytes, more: More) -> tuple[bytes, bytes]:
    """Split off `length` bytes, and wait for missing bytes."""
    pieces = [data]
    missing = length - len(data)
    while missing > 0:
        pieces.append(_some(more))
        missing -= len(pieces[-1])
    data = b"".join(pieces)
    return data[:length], data[length:]


def _until_closed(data: bytes, more: More) -> bytes:
    pieces = [data]
    size = len(data)
    while piece := more():
        pieces.append(piece)
        size += len(piece)
        if size > MAX_BODY_BYTES:
            raise ProtocolError(f"body of over {MAX_BODY_BYTES} bytes")
    return b"".join(pieces)


def _dechunked(data: bytes, more: More) -> tuple[bytes, bytes]:
    """Decode a chunked body (RFC 9112, section 7.1); trailers are dropped."""
    body = bytearray()
    while True:
        line, data = _line(data, more)
        if (size := _CHUNK_SIZE.fullmatch(line)) is None:
            raise ProtocolError("malformed chunk size")
        length = int(size[1], 16)
        if length == 0:
            return bytes(body), _after_trailers(data, more)
        if len(body) + length > MAX_BODY_BYTES:
            raise ProtocolError(f"body of over {MAX_BODY_BYTES} bytes")
        chunk, data = _exactly(length + 2, data, more)
        if not chunk.endswith(b"\r\n"):
            raise ProtocolError("malformed chunk")
        body += chunk[:-2]


def _after_trailers(data: bytes, more: More) -> bytes:
    for _ in range(MAX_TRAILERS):
        line, data = _line(data, more)
        if not line:
            return data
    raise ProtocolError(f"over {MAX_TRAILERS} trailers")


def _line(data: bytes, more: More) -> tuple[bytes, bytes]:
    while (end := data.find(b"\r\n")) < 0:
        if len(data) > MAX_HEAD_BYTES:
            raise ProtocolError(f"line of over {MAX_HEAD_BYTES} bytes")
        data += _some(more)
    return data[:end], data[end + 2 :]
