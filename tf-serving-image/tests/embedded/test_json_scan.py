"""The scanner reads what JSON allows as Python does, and refuses the rest as RapidJSON does."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from celsiusify_tf_serving.embedded.json.document import parse_object
from celsiusify_tf_serving.embedded.rapidjson.scanner import JsonScanError, scan

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal, doubles to within the last digits that RapidJSON loses."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-14) or abs(one - other) < 1e-307
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    return type(one) is type(other) and bool(one == other)


@given(VALUES, st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_whatever_json_accepts_is_read_the_same(
    value: Any, ensure_ascii: bool, indent: int | str | None
) -> None:
    """Any document, escaped and laid out any way, has the value that Python's parser gives it."""
    text = json.dumps(value, ensure_ascii=ensure_ascii, indent=indent)
    assert same(scan(text.encode()), json.loads(text))


@given(st.dictionaries(st.text(), VALUES), st.sampled_from(["", " x", "\0"]))
def test_quick_and_slow_parsers_agree(document: dict[str, Any], tail: str) -> None:
    """Text after the document, which the fast parser refuses, changes nothing."""
    body = json.dumps(document, ensure_ascii=False).encode()
    assert same(parse_object(body + tail.encode()), json.loads(body))


@given(st.binary())
def test_any_bytes_are_read_or_refused_within_the_text(body: bytes) -> None:
    """Garbage gives a value or an error whose offset lies in it."""
    try:
        scan(body)
    except JsonScanError as error:
        offset = error.offset
    else:
        offset = 0
    assert 0 <= offset <= len(body)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"\xef\xbb\xbf[1]", [1]),
        (b"[1] trailing", [1]),
        (b"[1]\0", [1]),
        (b"[Inf,-Inf,Infinity,-Infinity]", [math.inf, -math.inf, math.inf, -math.inf]),
        (b"[18446744073709551615]", [2**64 - 1]),
        (b"[18446744073709551616]", [2.0**64]),
        (b"[-9223372036854775809]", [-(2.0**63)]),
        (b"[-0,1e-400]", [0, 0.0]),
        (b'{"a":1,"a":2}', {"a": 1}),
        (b'["\xff"]', ["\udcff"]),
        (b'["\\ud83d\\ude00"]', ["😀"]),
        (b"1e-45", 1.0000000000000001e-45),
    ],
)
def test_reads_what_only_rapidjson_accepts(body: bytes, value: Any) -> None:
    """The scanner's own cases have RapidJSON's values."""
    assert scan(body) == value


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "The document is empty. at offset: 0"),
        (b"  ]", "The document is empty. at offset: 2"),
        (b"[", "Invalid value. at offset: 1"),
        (b"[tru]", "Invalid value. at offset: 4"),
        (b"[+1]", "Invalid value. at offset: 1"),
        (b"[-]", "Invalid value. at offset: 2"),
        (b"[.5]", "Invalid value. at offset: 1"),
        (b"[Infinite]", "Invalid value. at offset: 8"),
        (b"[1 2]", "Missing a comma or ']' after an array element. at offset: 3"),
        (b"{1:2}", "Missing a name for object member. at offset: 1"),
        (b'{"a":1,}', "Missing a name for object member. at offset: 7"),
        (b'{"a"}', "Missing a colon after a name of object member. at offset: 4"),
        (b'{"a":}', "Invalid value. at offset: 5"),
        (b'{"a":1 "b"}', "Missing a comma or '}' after an object member. at offset: 7"),
        (b'["a', "Missing a closing quotation mark in string. at offset: 3"),
        (b'["a\0b"]', "Missing a closing quotation mark in string. at offset: 3"),
        (b'["\\u12x4"]', "Incorrect hex digit after \\u escape in string. at offset: 2"),
        (b'["\\ud800x"]', "The surrogate pair in string is invalid. at offset: 2"),
        (b'["\n"]', "Invalid escape character in string. at offset: 2"),
        (b"[1.x]", "Miss fraction part in number. at offset: 3"),
        (b"[1e+]", "Miss exponent in number. at offset: 4"),
        (b"[1e10000000000]", "Number too big to be stored in double. at offset: 1"),
        (b"[-1e309]", "Number too big to be stored in double. at offset: 1"),
    ],
)
def test_says_what_is_wrong_and_where(body: bytes, message: str) -> None:
    """Each error has RapidJSON's words and offset."""
    with pytest.raises(JsonScanError) as caught:
        scan(body)
    assert str(caught.value) == message


def test_nesting_has_no_limit() -> None:
    """A document deeper than Python's stack is read."""
    depth = 100_000
    value = scan(b"[" * depth + b"]" * depth)
    for _ in range(depth - 1):
        (value,) = value
    assert value == []
