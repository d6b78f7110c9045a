"""Reads decimal numbers as RapidJSON does at normal precision: quickly, and a few last bits off.

The digits become a significand, exactly while it is below 2^53, and that is multiplied or divided
once by a power of ten. A model with double inputs shows the difference: `1e-45` is
1.0000000000000001e-45.
"""

import re
from typing import Final

NUMBER: Final = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?")
EXACT: Final = 2**53 - 1
FITS: Final = 2**64
SIGNIFICANT_DIGITS: Final = 17
MAX_EXPONENT: Final = 308
FAR_EXPONENT: Final = 10_000


def read_double(text: str) -> float:
    """Read a number that is written as JSON writes them."""
    parts = NUMBER.fullmatch(text)
    if parts is None:
        raise ValueError(f"{text!r} is not a number")
    sign, whole, fraction, exponent = parts.groups()
    significand, dropped = _significand(whole, fraction or "")
    power = max(-FAR_EXPONENT, min(FAR_EXPONENT, int(exponent or 0))) - dropped
    value = _scale(significand, power)
    return -value if sign else value


def _significand(whole: str, fraction: str) -> tuple[float, int]:
    """Return the significand and how many digits of the fraction are in it."""
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
