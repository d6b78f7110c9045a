"""Reads JSON as RapidJSON does, with its errors and their offsets.

This is the slow way, for what a fast parser refuses: it accepts `NaN`, `Inf` and `Infinity`, text
after the document, invalid UTF-8 and a byte order mark; the first of two equal names wins. It never
recurses, so nesting has no limit.
"""

import re
from typing import Any

from celsiusify_tf_serving.embedded.rapidjson.numbers import (
    MAX_EXPONENT,
    SIGNIFICANT_DIGITS,
    read_double,
)

INVALID_VALUE = "Invalid value."
EMPTY = "The document is empty."
BAD_ESCAPE = "Invalid escape character in string."
BAD_HEX = "Incorrect hex digit after \\u escape in string."
BAD_SURROGATE = "The surrogate pair in string is invalid."
TOO_BIG = "Number too big to be stored in double."

END = b""
BLANKS = re.compile(rb"[ \t\n\r]*")
PLAIN_TEXT = re.compile(rb'[^"\\\x00-\x1f]*')
INTEGER = re.compile(rb"-?(?:0|[1-9][0-9]*)")
DIGITS = re.compile(rb"[0-9]+")
EXPONENT_SIGN = re.compile(rb"[eE][+-]?")
HEX4 = re.compile(rb"[0-9a-fA-F]{4}")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
ESCAPES = dict(
    zip(b'"\\/bfnrt', (b'"', b"\\", b"/", b"\b", b"\f", b"\n", b"\r", b"\t"), strict=True)
)
LITERALS: dict[bytes, tuple[bytes, Any]] = {
    b"n": (b"null", None),
    b"t": (b"true", True),
    b"f": (b"false", False),
}


class JsonScanError(ValueError):
    """Text that isn't JSON: why, and at which byte."""

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(f"{reason} at offset: {offset}")
        self.reason = reason
        self.offset = offset


def scan(text: bytes) -> Any:
    """Parse one JSON document at the start of `text`; a NUL byte ends it.

    Returns:
        Dicts, lists, strings, ints (of 64 bits; larger ones are floats), floats, bools and None.
        Bytes that aren't UTF-8 stand in strings as Python's `surrogateescape`.

    Raises:
        JsonScanError: If the text is not JSON.
    """
    return _Scanner(text.partition(b"\0")[0]).document()


class _Scanner:
    def __init__(self, text: bytes) -> None:
        self.text = text
        self.at = 0
        self.open: list[list[Any] | dict[str, Any]] = []

    def document(self) -> Any:
        for byte in BYTE_ORDER_MARK:
            if self.text[self.at : self.at + 1] != bytes([byte]):
                break
            self.at += 1
        if self.peek() in (END, b"]", b"}", b",", b":"):
            raise self.error(EMPTY)
        root = self.value()
        while self.open:
            container = self.open[-1]
            if isinstance(container, list):
                self.element(container)
            else:
                self.member(container)
        return root

    def error(self, reason: str, offset: int | None = None) -> JsonScanError:
        return JsonScanError(reason, self.at if offset is None else offset)

    def peek(self) -> bytes:
        """Return the next byte that isn't blank, or END."""
        blanks = BLANKS.match(self.text, self.at)
        self.at = blanks.end() if blanks else self.at
        return self.text[self.at : self.at + 1]

    def expect(self, byte: bytes, otherwise: str) -> None:
        if self.peek() != byte:
            raise self.error(otherwise)
        self.at += 1

    def element(self, array: list[Any]) -> None:
        if self.peek() == b"]":
            self.close()
            return
        if array:
            self.expect(b",", "Missing a comma or ']' after an array element.")
        array.append(self.value())

    def member(self, members: dict[str, Any]) -> None:
        if self.peek() == b"}":
            self.close()
            return
        if members:
            self.expect(b",", "Missing a comma or '}' after an object member.")
        if self.peek() != b'"':
            raise self.error("Missing a name for object member.")
        name = self.string()
        self.expect(b":", "Missing a colon after a name of object member.")
        value = self.value()
        members.setdefault(name, value)

    def close(self) -> None:
        self.at += 1
        self.open.pop()

    def value(self) -> Any:
        """Read a scalar, or open an array or object for `document` to fill."""
        first = self.peek()
        if first in (b"[", b"{"):
            self.at += 1
            container: list[Any] | dict[str, Any] = [] if first == b"[" else {}
            self.open.append(container)
            return container
        if first == b'"':
            return self.string()
        if first in LITERALS:
            word, value = LITERALS[first]
            self.word(word)
            return value
        return self.number()

    def word(self, word: bytes) -> None:
        for byte in word:
            if self.text[self.at : self.at + 1] != bytes([byte]):
                raise self.error(INVALID_VALUE)
            self.at += 1

    def number(self) -> int | float:
        start = self.at
        integer = INTEGER.match(self.text, start)
        if not integer:
            return self.not_finite()
        self.at = integer.end()
        fraction = self.fraction()
        is_double = self.exponent(start, fraction) or bool(fraction)
        digits = self.text[start : self.at]
        if not is_double and len(digits) <= len(str(2**64)):
            whole = int(digits)
            if -(2**63) <= whole < 2**64:
                return whole
        number = read_double(digits.decode())
        if not is_double and number in (float("inf"), float("-inf")):
            raise self.error(TOO_BIG, start)
        return number

    def fraction(self) -> bytes:
        if self.text[self.at : self.at + 1] != b".":
            return b""
        self.at += 1
        return self.digits("Miss fraction part in number.")

    def exponent(self, start: int, fraction: bytes) -> bool:
        sign = EXPONENT_SIGN.match(self.text, self.at)
        if not sign:
            return False
        self.at = sign.end()
        digits = self.digits("Miss exponent in number.")
        most = MAX_EXPONENT + min(len(fraction), SIGNIFICANT_DIGITS)
        if not sign.group().endswith(b"-") and int(digits.lstrip(b"0")[:9] or b"0") > most:
            raise self.error(TOO_BIG, start)
        return True

    def digits(self, otherwise: str) -> bytes:
        digits = DIGITS.match(self.text, self.at)
        if not digits:
            raise self.error(otherwise)
        self.at = digits.end()
        return digits.group()

    def not_finite(self) -> float:
        sign = -1.0 if self.text[self.at : self.at + 1] == b"-" else 1.0
        self.at += sign < 0
        if self.text[self.at : self.at + 1] == b"N":
            self.word(b"NaN")
            return float("nan")
        self.word(b"Inf")
        if self.text[self.at : self.at + 1] == b"i":
            self.word(b"inity")
        return sign * float("inf")

    def string(self) -> str:
        self.at += 1
        parts = []
        while True:
            plain = PLAIN_TEXT.match(self.text, self.at)
            if plain:
                parts.append(plain.group())
                self.at = plain.end()
            byte = self.text[self.at : self.at + 1]
            if byte == b'"':
                self.at += 1
                return b"".join(parts).decode(errors="surrogateescape")
            if byte == END:
                raise self.error("Missing a closing quotation mark in string.")
            if byte != b"\\":
                raise self.error(BAD_ESCAPE)
            parts.append(self.escape())

    def escape(self) -> bytes:
        backslash = self.at
        self.at += 2
        kind = self.text[backslash + 1 : self.at]
        if kind == b"u":
            return chr(self.code_point(backslash)).encode(errors="surrogatepass")
        if kind == END or kind[0] not in ESCAPES:
            raise self.error(BAD_ESCAPE, backslash)
        return ESCAPES[kind[0]]

    def code_point(self, backslash: int) -> int:
        first = self.hex4(backslash)
        if not 0xD800 <= first <= 0xDBFF:
            return first
        if self.text[self.at : self.at + 2] != b"\\u":
            raise self.error(BAD_SURROGATE, backslash)
        self.at += 2
        second = self.hex4(backslash)
        if not 0xDC00 <= second <= 0xDFFF:
            raise self.error(BAD_SURROGATE, backslash)
        return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)

    def hex4(self, backslash: int) -> int:
        digits = HEX4.match(self.text, self.at)
        if not digits:
            raise self.error(BAD_HEX, backslash)
        self.at = digits.end()
        return int(digits.group(), 16)
