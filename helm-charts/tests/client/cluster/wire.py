"""The few objects that helm and kubectl send as protobuf: Secrets and Namespaces.

Field numbers are those of Kubernetes' generated.proto files; the envelope is `runtime.Unknown`.
"""

import base64
from collections import defaultdict
from typing import Any

from .resources import Object

MAGIC = b"k8s\x00"
Fields = dict[int, list[Any]]


def decode(body: bytes) -> Object:
    """Read an object from what begins with `MAGIC`."""
    envelope = _fields(body.removeprefix(MAGIC))
    kind = _fields(envelope[1][0])
    fields = _fields(envelope[2][0])
    content: Object = {"apiVersion": _text(kind, 1), "kind": _text(kind, 2)}
    content["metadata"] = _metadata(_fields(fields[1][0]))
    if content["kind"] == "Secret":
        pairs = map(_fields, fields[2])
        content["data"] = {_text(pair, 1): base64.b64encode(pair[2][0]).decode() for pair in pairs}
        content["type"] = _text(fields, 3)
    return content


def _metadata(fields: Fields) -> Object:
    content: Object = {"name": _text(fields, 1)}
    for key, number in (("labels", 11), ("annotations", 12)):
        pairs = map(_fields, fields[number])
        content[key] = {_text(pair, 1): _text(pair, 2) for pair in pairs}
    return content


def _text(fields: Fields, number: int) -> str:
    values = fields[number]
    return values[0].decode() if values else ""


def _fields(message: bytes) -> Fields:
    """Take a message apart: values by field number, in their order."""
    found: Fields = defaultdict(list)
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        value, at = _varint(message, at)
        if tag & 7 == 2:
            found[tag >> 3].append(message[at : at + value])
            at += value
        else:
            found[tag >> 3].append(value)
    return found


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
