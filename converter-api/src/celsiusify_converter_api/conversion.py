"""The conversion from °F to °C, and the text form of both temperatures."""

import math
import re

DECIMAL_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


def parse_fahrenheit(text: str) -> float:
    """Parse a temperature in decimal or scientific notation.

    Blanks around the number are allowed, because a `+` in a query string arrives as a blank. Other
    forms that Python's `float` accepts are refused: `1_000`, `nan`, `infinity`.

    Args:
        text: The temperature in °F.

    Returns:
        The temperature in °F, finite.

    Raises:
        ValueError: If `text` is not a number, or too large for a double.
    """
    number = text.strip(" ")
    if not DECIMAL_NUMBER.fullmatch(number):
        raise ValueError("not a decimal number")
    fahrenheit = float(number)
    if not math.isfinite(fahrenheit):
        raise ValueError("too large for a double")
    return fahrenheit


def celsius_from_fahrenheit(fahrenheit: float) -> float:
    """Convert °F to °C.

    Source: NIST SP 811 (2008), appendix B.8: t/°C = (t/°F − 32)/1.8. It is written as `/ 9 * 5`,
    because 1.8 is not a binary fraction, and multiplying by 5 first would overflow above 3.6e307.

    Args:
        fahrenheit: Temperature in °F, finite.

    Returns:
        Temperature in °C, finite.
    """
    return (fahrenheit - 32) / 9 * 5


def format_celsius(celsius: float) -> str:
    """Write a temperature in °C with six decimals, and zero without a sign."""
    return f"{celsius:z.6f}"
