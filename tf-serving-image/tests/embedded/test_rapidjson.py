"""The parser reads JSON as Python does, with RapidJSON's additions, and refuses the rest."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from celsiusify_tf_serving.embedded.errors import Code, ServingError
from celsiusify_tf_serving.embedded.json.request import parse_object
from celsiusify_tf_serving.embedded.rapidjson import double_text, parse, quote, read_double

FINITE = st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | FINITE | st.text()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


def equal(value: Any, other: Any) -> bool:
    """Return True if two values are equal, but for the last digits that RapidJSON loses."""
    if isinstance(value, float) and isinstance(other, float):
        return math.isclose(value, other, rel_tol=1e-14) or abs(value - other) < 1e-307
    if isinstance(value, list) and isinstance(other, list):
        return len(value) == len(other) and all(map(equal, value, other))
    if isinstance(value, dict) and isinstance(other, dict):
        return value.keys() == other.keys() and all(equal(value[n], other[n]) for n in value)
    return type(value) is type(other) and bool(value == other)


@given(VALUES, st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_json_has_the_same_value_as_for_python(
    value: Any, ensure_ascii: bool, indent: int | str | None
) -> None:
    """Neither escapes nor layout change the value of a document."""
    text = json.dumps(value, ensure_ascii=ensure_ascii, indent=indent)
    assert equal(parse(text.encode()), json.loads(text))


@given(st.dictionaries(st.text(), VALUES), st.sampled_from(["", " x", "\0"]))
def test_quick_and_slow_parsers_agree(document: dict[str, Any], tail: str) -> None:
    """Text after the document, which the fast parser refuses, changes nothing."""
    body = json.dumps(document, ensure_ascii=False).encode()
    assert equal(parse_object(body + tail.encode()), json.loads(body))


@given(st.binary() | st.text('[]{}",:0123456789.eE+-NaInfty\\ud8 ').map(str.encode))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    """Garbage gives a document, or the error that a client receives."""
    try:
        document = parse_object(body)
    except ServingError as error:
        outcome: object = error.code
    else:
        outcome = type(document)
    assert outcome in (Code.INVALID_ARGUMENT, dict)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"\xef\xbb\xbf[1]", [1]),
        (b"[1] trailing", [1]),
        (b"[1]\0", [1]),
        (b"[Inf,-Inf,Infinity,-Infinity]", [math.inf, -math.inf, math.inf, -math.inf]),
        (b'["Inf",Inf,"-NaN\\"Inf"]', ["Inf", math.inf, '-NaN"Inf']),
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
    """Each addition to JSON has RapidJSON's value."""
    assert parse(body) == value


@pytest.mark.parametrize("body", [b"[NaN]", b"[-NaN]"])
def test_reads_nan(body: bytes) -> None:
    """NaN has no sign."""
    (value,) = parse(body)
    assert math.isnan(value)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  ]",
        b"[",
        b"[tru]",
        b"[+1]",
        b"[-]",
        b"[.5]",
        b"[Infinite]",
        b"[1 2]",
        b"{1:2}",
        b'{"a":1,}',
        b'{"a"}',
        b'{"a":}',
        b'{"a":1 "b"}',
        b'["a',
        b'["a\0b"]',
        b'["\\u12x4"]',
        b'["\\ud800x"]',
        b'["\n"]',
        b"[1.x]",
        b"[1e+]",
        b"[1e10000000000]",
        b"[-1e309]",
        b"9" * 400,
        b"9" * 5000,
        b"1e-" + b"9" * 5000,
    ],
)
def test_refuses_what_rapidjson_refuses(body: bytes) -> None:
    """Each is an error, and no other exception."""
    with pytest.raises(ValueError, match=r"\w"):
        parse(body)


@pytest.mark.parametrize("head", [b"[", b'{"a":'])
def test_a_document_that_is_nested_too_deeply_is_an_error(head: bytes) -> None:
    """Python's parser recurses, so that a limit is needed."""
    with pytest.raises(ServingError, match="nested too deeply"):
        parse_object(b'{"a":' + head * 100_000)


@given(FINITE)
def test_quoted_doubles_read_back_the_same(value: float) -> None:
    """A double in a message is that double."""
    assert float(double_text(value)) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1.0"),
        (-0.0, "-0.0"),
        (1e-7, "1e-7"),
        (1.25e-6, "0.00000125"),
        (1e20, "100000000000000000000.0"),
        (1e21, "1e21"),
        (1.5e300, "1.5e300"),
        (5e-324, "5e-324"),
        (2.0**64, "18446744073709552000.0"),
        (math.nan, "NaN"),
        (-math.inf, "-Infinity"),
    ],
)
def test_doubles_have_the_layout_of_rapidjson(value: float, text: str) -> None:
    """The point and the exponent are where RapidJSON writes them."""
    assert double_text(value) == text


@given(FINITE)
def test_reading_is_off_by_no_more_than_the_last_digits(value: float) -> None:
    """One multiplication by a power of ten loses a few units in the last place."""
    assert math.isclose(read_double(repr(value)), value, rel_tol=1e-14, abs_tol=1e-307)


def test_quoting_stops_once_256_bytes_are_passed() -> None:
    """The token that passes the limit is the last."""
    quoted = quote({"a": "x" * 300, "b": 1})
    assert quoted == '{\n    "a": "' + "x" * 300 + '"'
