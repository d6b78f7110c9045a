"""What the head of an HTTP/1.1 response says about its body (RFC 9112, sections 4 to 6)."""

import re
from functools import lru_cache
from typing import NamedTuple

MAX_BODY_BYTES = 16 * 1024 * 1024

_STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-5]\d\d)(?: [^\r\n\0]*)?")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\0]*?)[ \t]*")
_LENGTH = re.compile(rb"\d{1,15}")


class ProtocolError(Exception):
    """A response that isn't HTTP/1.1."""


class Head(NamedTuple):
    """What a response's head says about its body.

    `length` is None where the body's end is told by chunks or by the connection's end.
    """

    status: int
    length: int | None
    chunked: bool
    keep_alive: bool


@lru_cache(maxsize=256)
def parse_head(head: bytes, head_only: bool = False) -> Head:
    """Read a response's head; a server repeats few different ones, so they are remembered.

    Args:
        head: Status line and fields, without the empty line that ends them.
        head_only: The request was HEAD, so no body follows whatever the fields say.

    Raises:
        ProtocolError: If it isn't an HTTP/1.0 or 1.1 response head.
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
