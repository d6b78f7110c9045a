"""Encode and decode frames of HTTP/2 (RFC 9113, sections 4 and 6)."""

import struct
from enum import IntEnum
from typing import NamedTuple

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
"""The first bytes of a client (section 3.4)."""

MAX_PAYLOAD_BYTES = 16_384
"""The largest payload that a peer accepts by default."""

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE = range(9)
CONTINUATION = 9

ACK = END_STREAM = 0x1
END_HEADERS = 0x4
PADDED = 0x8
PRIORITISED = 0x20

_HEAD = struct.Struct(">HBBBL")
_STREAM = 0x7FFF_FFFF
_NUMBER = struct.Struct(">L")
_SETTING = struct.Struct(">HL")


class FrameError(Exception):
    """Bytes that break the rules of HTTP/2; equal faults have equal messages."""


class Setting(IntEnum):
    """The settings that this client uses (section 6.5.2)."""

    HEADER_TABLE_SIZE = 1
    ENABLE_PUSH = 2
    INITIAL_WINDOW_SIZE = 4
    MAX_FRAME_SIZE = 5


class ErrorCode(IntEnum):
    """The reason why a stream or connection ends (section 7)."""

    NO_ERROR = 0
    PROTOCOL_ERROR = 1
    INTERNAL_ERROR = 2
    FLOW_CONTROL_ERROR = 3
    SETTINGS_TIMEOUT = 4
    STREAM_CLOSED = 5
    FRAME_SIZE_ERROR = 6
    REFUSED_STREAM = 7
    CANCEL = 8
    COMPRESSION_ERROR = 9
    CONNECT_ERROR = 10
    ENHANCE_YOUR_CALM = 11
    INADEQUATE_SECURITY = 12
    HTTP_1_1_REQUIRED = 13

    @classmethod
    def _missing_(cls, value: object) -> "ErrorCode":
        return cls.INTERNAL_ERROR  # section 7 permits this for unknown codes


class Frame(NamedTuple):
    """A frame; `stream` is 0 for a frame of the connection."""

    kind: int
    flags: int
    stream: int
    payload: bytes


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    """Return the bytes of a frame."""
    size = len(payload)
    return _HEAD.pack(size >> 8, size & 0xFF, kind, flags, stream) + payload


def settings(values: dict[Setting, int]) -> bytes:
    """Return a frame of settings."""
    return frame(SETTINGS, 0, 0, b"".join(_SETTING.pack(*pair) for pair in values.items()))


def window_update(stream: int, increment: int) -> bytes:
    """Return a frame that lets the peer send `increment` more bytes."""
    return frame(WINDOW_UPDATE, 0, stream, _NUMBER.pack(increment))


def split(data: bytes) -> tuple[list[Frame], bytes]:
    """Split received bytes into complete frames and the start of the next.

    Raises:
        FrameError: If a frame is longer than the limit for the peer.
    """
    frames = []
    offset, size = 0, len(data)
    while size - offset >= _HEAD.size:
        high, low, kind, flags, stream = _HEAD.unpack_from(data, offset)
        begin = offset + _HEAD.size
        end = begin + (high << 8 | low)
        if end - begin > MAX_PAYLOAD_BYTES:
            raise FrameError(f"frame of over {MAX_PAYLOAD_BYTES} bytes")
        if end > size:
            break
        frames.append(Frame(kind, flags, stream & _STREAM, data[begin:end]))
        offset = end
    return frames, data[offset:]


def unpadded(received: Frame) -> bytes:
    """Return the payload of DATA or HEADERS without padding and priority.

    Raises:
        FrameError: If the padding is longer than the payload.
    """
    payload = received.payload
    if not received.flags & (PADDED | PRIORITISED):
        return payload
    begin, end = 0, len(payload)
    if received.flags & PADDED:
        begin, end = 1, end - (payload[0] if payload else 0)
    if received.kind == HEADERS and received.flags & PRIORITISED:
        begin += 5
    if begin > end:
        raise FrameError("more padding than payload")
    return payload[begin:end]


def numbers(received: Frame, count: int) -> list[int]:
    """Return the first `count` 32-bit numbers of a frame.

    Raises:
        FrameError: If the frame is shorter.
    """
    if len(received.payload) < count * _NUMBER.size:
        raise FrameError("frame of a wrong size")
    return [_NUMBER.unpack_from(received.payload, 4 * index)[0] for index in range(count)]


def settings_of(received: Frame) -> list[tuple[int, int]]:
    """Return a frame's settings, in their order.

    Raises:
        FrameError: If the settings are incomplete.
    """
    if len(received.payload) % _SETTING.size:
        raise FrameError("frame of a wrong size")
    return list(_SETTING.iter_unpack(received.payload))
