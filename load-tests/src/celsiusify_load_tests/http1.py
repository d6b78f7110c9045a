"""Read one HTTP/1.1 response, framed as RFC 9112 has it, from whatever pieces it comes in."""

import re
from collections.abc import Callable
from typing import NamedTuple

from celsiusify_load_tests.http1_head import MAX_BODY_BYTES, Head, ProtocolError, parse_head

MAX_HEAD_BYTES = 64 * 1024
MAX_TRAILERS = 100

_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\r\n]*)?")

More = Callable[[], bytes]
"""Waits for the response's next bytes; gives none at the connection's end."""

_END_OF_HEAD = b"\r\n\r\n"


class ClosedError(Exception):
    """The connection ended before the response did."""


class Response(NamedTuple):
    """A whole response; `reusable` says whether the connection can carry another request."""

    status: int
    body: bytes
    reusable: bool

    @property
    def problem(self) -> str | None:
        """What the status says went wrong; None if nothing."""
        return None if self.status == 200 else f"status {self.status}"


def read_response(more: More, head_only: bool = False) -> Response:
    """Read one final response; interim ones (1xx) before it are passed over.

    Args:
        more: Gives the next bytes.
        head_only: The request was HEAD.

    Raises:
        ProtocolError: If what comes isn't an HTTP/1.1 response, or is over the limits.
        ClosedError: If the connection ends before the response does.
    """
    head, rest = _final_head(more, head_only)
    if head.length is not None:
        body, rest = (rest, b"") if len(rest) == head.length else _exactly(head.length, rest, more)
    elif head.chunked:
        body, rest = _dechunked(rest, more)
    else:
        body, rest = _until_closed(rest, more), b""
    # Bytes beyond the response answer nothing that was asked: what follows on this connection can't
    # be trusted.
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
            raise ProtocolError("switched protocols unasked")
        if head.status >= 200:
            return head, data


def _some(more: More) -> bytes:
    data = more()
    if not data:
        raise ClosedError
    return data


def _exactly(length: int, data: bytes, more: More) -> tuple[bytes, bytes]:
    """Split off `length` bytes, waiting for those that aren't there yet."""
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
    """Take a chunked body apart (RFC 9112, section 7.1); trailers are dropped."""
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
