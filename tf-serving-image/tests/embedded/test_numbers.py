"""Numbers are written as TensorFlow Serving writes them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from celsiusify_tf_serving.embedded.json.answer import FEW, float_texts
from celsiusify_tf_serving.embedded.rapidjson.numbers import read_double
from celsiusify_tf_serving.embedded.rapidjson.writer import quote, shortest_double

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@given(FINITE)
def test_quoted_doubles_read_back_the_same(value: float) -> None:
    """A double in a message is that double."""
    assert float(shortest_double(value)) == value


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
        (2.0**64, "18446744073709553000.0"),
        (math.nan, "NaN"),
        (-math.inf, "-Infinity"),
    ],
)
def test_doubles_are_laid_out_as_rapidjson_does(value: float, text: str) -> None:
    """Points and exponents stand where RapidJSON puts them."""
    assert shortest_double(value) == text


@given(FINITE)
def test_reading_is_off_by_no_more_than_the_last_digits(value: float) -> None:
    """One multiplication by a power of ten loses a few units in the last place."""
    assert math.isclose(read_double(repr(value)), value, rel_tol=1e-14, abs_tol=1e-307)


@given(st.lists(st.floats(width=32), max_size=3 * FEW))
def test_answers_read_back_the_same(values: list[float]) -> None:
    """Every float32 but the denormals, which are 0, reads back as itself."""
    array = np.array(values, np.float32)
    texts = float_texts(array)
    expected = np.where(np.abs(array) < np.finfo(np.float32).tiny, np.copysign(0, array), array)
    read = np.array([float(text) for text in texts], np.float32)
    np.testing.assert_array_equal(read, expected)
    assert texts == [float_texts(array[i : i + 1])[0] for i in range(len(array))]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (100.0, "100.0"),
        (1e6, "1e+06"),
        (1234567, "1234567.0"),
        (37.77777777, "37.7777786"),
        (0.1, "0.1"),
        (3e-5, "3e-05"),
        (1e-45, "0.0"),
        (math.nan, "NaN"),
        (math.inf, "Infinity"),
        (-math.inf, "-Infinity"),
    ],
)
@pytest.mark.parametrize("count", [1, FEW + 1])
def test_floats_have_six_digits_or_nine(value: float, text: str, count: int) -> None:
    """Few values and many are written alike."""
    assert float_texts(np.full(count, value, np.float32)) == [text] * count


def test_quoting_stops_once_256_bytes_are_passed() -> None:
    """The token that passes the limit is the last."""
    quoted = quote({"a": "x" * 300, "b": 1})
    assert quoted == '{\n    "a": "' + "x" * 300 + '"'
