"""The conversion and its text."""

import math
import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from celsiusify_converter_api.conversion import (
    celsius_from_fahrenheit,
    format_celsius,
    parse_fahrenheit,
)

from .support.servers import reference_points

finite = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(("fahrenheit", "celsius"), reference_points())
def test_reference_points_convert_exactly(fahrenheit: str, celsius: str) -> None:
    """Each reference point comes out with all six decimals right."""
    assert format_celsius(celsius_from_fahrenheit(parse_fahrenheit(fahrenheit))) == celsius


@given(finite)
def test_conversion_stays_close_to_exact_arithmetic(fahrenheit: float) -> None:
    """Any finite temperature is converted to within rounding of the exact rational result."""
    exact = (Fraction(fahrenheit) - 32) * 5 / 9
    celsius = celsius_from_fahrenheit(fahrenheit)
    assert math.isfinite(celsius)
    assert abs(Fraction(celsius) - exact) <= 4 * Fraction(math.ulp(float(exact)))


@given(finite)
def test_formatted_celsius_has_six_decimals(celsius: float) -> None:
    """Any finite temperature is written without an exponent, and zero without a sign."""
    text = format_celsius(celsius)
    assert re.fullmatch(r"-?\d+\.\d{6}", text)
    assert text != "-0.000000"


@pytest.mark.parametrize(
    ("text", "fahrenheit"),
    [
        ("451", 451),
        ("+451", 451),
        (" 451", 451),
        ("-40.", -40),
        (".5", 0.5),
        ("1e6", 1_000_000),
        ("1E-3", 0.001),
        ("0007", 7),
        ("-0", 0),
        ("1e308", 1e308),
        ("-1.7976931348623157e308", -1.7976931348623157e308),
        ("5e-324", 5e-324),
        ("9" * 300, 1e300),
    ],
)
def test_numbers_are_read(text: str, fahrenheit: float) -> None:
    """Plain and scientific notation are read, at any size that a double holds."""
    assert parse_fahrenheit(text) == fahrenheit


@pytest.mark.parametrize(
    "text",
    ["", " ", "hot", "nan", "inf", "-Infinity", "1_000", "1,5", "0x10", "4 5", "1e", "e5", ".",
     "+-1", "451\n", "451\0", "\t451", "٤٥١", "４５１", "451°F", "true", "1e309", "-1e999"],
)  # fmt: skip
def test_other_text_is_refused(text: str) -> None:
    """What isn't one finite decimal number is refused, also where Python's float would take it."""
    with pytest.raises(ValueError, match=r"not a decimal number|too large"):
        parse_fahrenheit(text)


@given(finite)
def test_written_number_is_read_back(fahrenheit: float) -> None:
    """Any finite double that Python writes is read as the same double."""
    assert parse_fahrenheit(repr(fahrenheit)) == fahrenheit
