"""Frame gRPC messages over HTTP/2 and read an answer's status.

The source is gRPC's own "gRPC over HTTP2" (PROTOCOL-HTTP2.md in the grpc repository).
"""

import re
import struct
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from celsiusify_load_tests.client.check import WrongAnswerError
from celsiusify_load_tests.client.grpc.header_fields import Fields
from celsiusify_load_tests.client.grpc.http2_stream import Stream

CONTENT_TYPE = "application/grpc"
_PREFIX = struct.Struct(">BL")
_FRACTION = re.compile(r"-?\d+\.\d+(?:[eE][+-]?\d+)?")
_MAX_TEXT = 200


_STATUSES = (
    *("OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND"),
    *("ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION"),
    *("ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"),
    "UNAUTHENTICATED",
)
"""The names of the codes, from 0; higher codes count as unknown."""
_UNKNOWN = 2


class GrpcReply(NamedTuple):
    """A complete answer; `body` is the message with its framing prefix."""

    status: int
    body: bytes
    problem: str | None


def framed(message: bytes) -> bytes:
    """Prefix an uncompressed message with a flag and the length."""
    return _PREFIX.pack(0, len(message)) + message


def unframed(body: bytes) -> bytes:
    """Return the message of a body.

    Raises:
        WrongAnswerError: If the body isn't one uncompressed message.
    """
    if len(body) < _PREFIX.size or _PREFIX.unpack_from(body) != (0, len(body) - _PREFIX.size):
        raise WrongAnswerError("answer isn't one uncompressed gRPC message")
    return body[_PREFIX.size :]


def timeout_field(seconds: float) -> str:
    """Format a time for `grpc-timeout`: at most eight digits and a unit."""
    milliseconds = max(1, round(seconds * 1000))
    return f"{milliseconds}m" if milliseconds < 10**8 else f"{min(round(seconds), 10**8 - 1)}S"


def reply_of(stream: Stream) -> GrpcReply:
    """Return the answer of a stream that ended regularly."""
    head, trailers = stream.head or {}, stream.trailers or {}
    status = int(head[b":status"])
    body = stream.body[0] if len(stream.body) == 1 else b"".join(stream.body)
    if status == 200 and trailers.get(b"grpc-status") == b"0":
        problem = None
    else:
        problem = _problem(status, trailers)
    return GrpcReply(status, body, problem)


def _problem(status: int, trailers: Fields) -> str:
    code = trailers.get(b"grpc-status", b"")
    if not code.isdigit():
        return f"status {status}" if status != 200 else "answer without grpc-status"
    message = unquote_to_bytes(trailers.get(b"grpc-message", b"")).decode(errors="replace")
    text = message.partition("\n")[0][:_MAX_TEXT]
    # A requested temperature is a fraction: without fractions, equal faults have equal texts.
    text = _FRACTION.sub("N", text).strip()
    number = int(code)
    name = f"grpc status {_STATUSES[number if number < len(_STATUSES) else _UNKNOWN]}"
    return f"{name}: {text}" if text else name
