"""Writes JSON as RapidJSON's PrettyWriter does, for answers and messages that quote a value."""

import math
from collections.abc import Iterator
from typing import Any

from celsiusify_tf_serving.embedded.rapidjson.numbers import digits_and_exponent

INDENT = "    "
QUOTED_BYTES = 256
_NAMED_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
}
_ESCAPES = str.maketrans({chr(c): f"\\u{c:04X}" for c in range(0x20)} | _NAMED_ESCAPES)


def json_string(text: str) -> str:
    """Quote `text`; only what must be escaped is."""
    return f'"{text.translate(_ESCAPES)}"'


def to_bytes(text: str) -> bytes:
    """Encode text in which bytes that weren't UTF-8 stand as `surrogateescape`."""
    return text.encode(errors="surrogateescape")


def error_body(message: str) -> bytes:
    """Return the JSON body of an answer that is an error."""
    return to_bytes(f'{{\n{INDENT}"error": {json_string(message)}\n}}')


def shortest_double(value: float) -> str:
    """Write a double in few digits that read back the same, always with a `.` or an exponent.

    The layout is that of RapidJSON's `dtoa.h`: no exponent from 1e-6 up to 1e21.
    """
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    sign = "-" if math.copysign(1.0, value) < 0 else ""
    if value == 0:
        return sign + "0.0"
    digits, power = digits_and_exponent(abs(value))
    return sign + _place_point(digits, len(digits) + power)


def _place_point(digits: str, point: int) -> str:
    if len(digits) <= point <= 21:
        return digits.ljust(point, "0") + ".0"
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{tail}e{point - 1}"


def scalar_text(value: Any) -> str:
    """Write a value that is neither an array nor an object."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json_string(value)
    return shortest_double(value) if isinstance(value, float) else str(value)


def quote(value: Any) -> str:
    """Write a value for an error message: indented, arrays on one line.

    Once 256 bytes are passed nothing more is written.
    """
    size, parts = 0, []
    for token in _tokens(value, 0):
        if size > QUOTED_BYTES:
            break
        parts.append(token)
        size += len(to_bytes(token))
    return "".join(parts)


def _tokens(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, dict):
        yield "{"
        for index, (name, member) in enumerate(value.items()):
            comma = "," if index else ""
            yield f"{comma}\n{INDENT * (depth + 1)}{json_string(name)}"
            yield from _prefixed(": ", member, depth + 1)
        yield f"\n{INDENT * depth}}}" if value else "}"
    elif isinstance(value, list):
        yield "["
        for index, element in enumerate(value):
            yield from _prefixed(", " if index else "", element, depth + 1)
        yield "]"
    else:
        yield scalar_text(value)


def _prefixed(prefix: str, value: Any, depth: int) -> Iterator[str]:
    tokens = _tokens(value, depth)
    yield prefix + next(tokens)
    yield from tokens
