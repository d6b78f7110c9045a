"""RapidJSON's behaviour, where other JSON libraries differ.

RapidJSON reads a double quickly, and loses a few last bits. The digits become a significand, which
is exact below 2^53. The significand is multiplied or divided once by a power of ten. A model with
double inputs shows the difference: `1e-45` is 1.0000000000000001e-45.
"""

import json
import math
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

NUMBER = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?")
EXACT = 2**53 - 1
FITS = 2**64
SIGNIFICANT_DIGITS = 17
MAX_EXPONENT = 308
FAR_EXPONENT = 10_000

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
BLANKS = " \t\n\r"
# A string, or a name of a number that isn't finite and that Python's parser doesn't know.
STRING_OR_NOT_FINITE = re.compile(r'"(?:[^"\\]++|\\.)*+"?|-?NaN|Inf(?:inity)?', re.DOTALL)
LONE_SURROGATE = re.compile("[\ud800-\udc7f\udd00-\udfff]")

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


def read_double(text: str) -> float:
    """Read a number in JSON's notation.

    Raises:
        OverflowError: If the exponent is too big for a double.
    """
    parts = NUMBER.fullmatch(text)
    if parts is None:
        raise ValueError(f"{text!r} is not a number")
    sign, whole, fraction, exponent = parts[1], parts[2], parts[3] or "", int(parts[4] or 0)
    if exponent > MAX_EXPONENT + min(len(fraction), SIGNIFICANT_DIGITS):
        raise OverflowError("Number too big to be stored in double.")
    significand, used = _significand(whole, fraction)
    value = _scale(significand, max(exponent, -FAR_EXPONENT) - used)
    return -value if sign else value


def read_integer(digits: str) -> int | float:
    """Read an integer of 64 bits; a larger integer is a double.

    Raises:
        OverflowError: If the integer is too big for a double.
    """
    if len(digits) <= len(str(FITS)) and -(2**63) <= int(digits) < FITS:
        return int(digits)
    value = read_double(digits)
    if math.isinf(value):
        raise OverflowError("Number too big to be stored in double.")
    return value


def _significand(whole: str, fraction: str) -> tuple[float, int]:
    """Return the significand, and the number of the fraction's digits in it."""
    exact = int(whole[:20])
    if len(whole) > 20 or exact >= FITS:
        return _long_whole(whole), 0
    used = 0
    while used < len(fraction) and exact <= EXACT:
        exact = exact * 10 + int(fraction[used])
        used += 1
    value = float(exact)
    digits = len(str(exact)) - (whole != "0")
    while used < len(fraction) and digits < SIGNIFICANT_DIGITS:
        value = value * 10.0 + int(fraction[used])
        used += 1
        digits += value > 0
    return value, used


def _long_whole(whole: str) -> float:
    value = float(int(whole[:19]))
    for digit in whole[19:]:
        value = value * 10.0 + int(digit)
    return value


def _scale(significand: float, power: int) -> float:
    if power < -MAX_EXPONENT:
        return _scale_once(significand / 10.0**MAX_EXPONENT, power + MAX_EXPONENT)
    return _scale_once(significand, power)


def _scale_once(significand: float, power: int) -> float:
    if power < -MAX_EXPONENT:
        return 0.0
    if power > MAX_EXPONENT:
        return significand * float("inf") if significand else 0.0
    return significand * float(f"1e{power}") if power >= 0 else significand / float(f"1e{-power}")


def parse(body: bytes) -> Any:
    """Parse a JSON document by RapidJSON's rules.

    RapidJSON accepts `NaN`, `Inf`, `Infinity`, a byte order mark, bytes that aren't UTF-8, and any
    text after the document. A NUL byte ends the text. The first of two equal names wins.

    Returns:
        The document. Bytes that aren't UTF-8 appear in strings by Python's `surrogateescape`.

    Raises:
        ValueError: If the text isn't JSON, is nested too deeply, or has a number too big.
    """
    text = body.removeprefix(BYTE_ORDER_MARK).partition(b"\0")[0].decode(errors="surrogateescape")
    try:
        document = _decode(text.lstrip(BLANKS))
        if "\\u" in text and LONE_SURROGATE.search(json.dumps(document, ensure_ascii=False)):
            raise ValueError("The surrogate pair in string is invalid.")
    except RecursionError as error:
        raise ValueError("The document is nested too deeply.") from error
    except OverflowError as error:
        raise ValueError(str(error)) from error
    return document


def _decode(text: str) -> Any:
    try:
        return _DECODER.raw_decode(text)[0]
    except json.JSONDecodeError:
        standard = STRING_OR_NOT_FINITE.sub(_standard_token, text)
        if standard == text:
            raise
    return _DECODER.raw_decode(standard)[0]


def _standard_token(match: re.Match[str]) -> str:
    token = match[0]
    if token.startswith('"'):
        return token
    return "NaN" if token.endswith("NaN") else "Infinity"


def _first_of_each(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    return document if len(document) == len(pairs) else dict(reversed(pairs))


_DECODER = json.JSONDecoder(
    object_pairs_hook=_first_of_each, parse_int=read_integer, parse_float=read_double
)


def json_string(text: str) -> str:
    """Quote a text, and escape only what JSON requires."""
    return f'"{text.translate(_ESCAPES)}"'


def to_bytes(text: str) -> bytes:
    """Encode a text that may hold `surrogateescape` characters."""
    return text.encode(errors="surrogateescape")


def error_body(message: str) -> bytes:
    """Return the JSON body of an error's answer."""
    return to_bytes(f'{{\n{INDENT}"error": {json_string(message)}\n}}')


def double_text(value: float) -> str:
    """Write a double in few digits that read back the same, in RapidJSON's layout.

    A number from 1e-6 up to 1e21 has no exponent. Any other number has one, without a `+`.
    """
    if not math.isfinite(value):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
    mantissa, _, exponent = repr(value).partition("e")
    if exponent and not 1e-6 <= abs(value) < 1e21:
        return f"{mantissa}e{int(exponent)}"
    text = f"{Decimal(repr(value)):f}"
    return text if "." in text else f"{text}.0"


def quote(value: Any) -> str:
    """Write a value for an error message: indented, with arrays on one line.

    The text ends after the token that passes 256 bytes.
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
        yield _scalar_text(value)


def _prefixed(prefix: str, value: Any, depth: int) -> Iterator[str]:
    tokens = _tokens(value, depth)
    yield prefix + next(tokens)
    yield from tokens


def _scalar_text(value: Any) -> str:
    if isinstance(value, str):
        return json_string(value)
    return double_text(value) if isinstance(value, float) else json.dumps(value)
