"""Read and write decimal numbers as RapidJSON does.

Reading is quick, and a few last bits off. The digits become a significand, exactly while it is
below 2^53, and that is multiplied or divided once by a power of ten. A model with double inputs
shows the difference: `1e-45` is 1.0000000000000001e-45.

Writing uses Grisu2 as RapidJSON 1.1 has it.

Grisu2 (Florian Loitsch, "Printing Floating-Point Numbers Quickly and Accurately with Integers",
PLDI 2010) gives the shortest digits nearly always, but not always the closest ones, and RapidJSON
leaves out the final rounding after nine fractional digits. Python's `repr` gives the closest;
messages that quote a number need these.
"""

import math
import re
from typing import NamedTuple

NUMBER = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?")
EXACT = 2**53 - 1
FITS = 2**64
SIGNIFICANT_DIGITS = 17
MAX_EXPONENT = 308
FAR_EXPONENT = 10_000


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


SIGNIFICAND_BITS = 53
LEAST_EXPONENT = -1074
WORD = 64
LOG10_2 = 0.30102999566398114
ROUNDED_DIGITS = 9


class _Scaled(NamedTuple):
    """The number f · 2^e, f of 64 bits."""

    f: int
    e: int

    def times(self, other: "_Scaled") -> "_Scaled":
        product = self.f * other.f
        return _Scaled((product + (1 << (WORD - 1))) >> WORD, self.e + other.e + WORD)


def digits_and_exponent(value: float) -> tuple[str, int]:
    """Return digits and a power of ten for a positive, finite double.

    The value is about int(digits) · 10^power.
    """
    e = max(math.frexp(value)[1] - SIGNIFICAND_BITS, LEAST_EXPONENT)
    f = int(math.ldexp(value, -e))
    is_power_of_two = f == 1 << (SIGNIFICAND_BITS - 1)
    above = _normalized(2 * f + 1, e - 1)
    below_f, below_e = (4 * f - 1, e - 2) if is_power_of_two else (2 * f - 1, e - 1)
    power, decimal = _cached_power(above.e)
    middle = _normalized(f, e).times(power)
    high = above.times(power)
    low = _Scaled(below_f << (below_e - above.e), above.e).times(power)
    digits, removed = _generate(middle.f, high.f - 1, high.f - low.f - 2, -high.e)
    return digits, decimal + removed


def _normalized(f: int, e: int) -> _Scaled:
    shift = WORD - f.bit_length()
    return _Scaled(f << shift, e - shift)


def _cached_power(e: int) -> tuple[_Scaled, int]:
    """Return the power of ten, of those eight apart, that brings e into reach.

    With it comes the exponent of its inverse.
    """
    index = (math.ceil((-61 - e) * LOG10_2 + 347) >> 3) + 1
    exponent = 8 * index - 348
    scale = max(0, WORD - math.floor(exponent / LOG10_2)) + WORD
    numerator = 10 ** max(exponent, 0) << scale
    f = numerator // 10 ** max(-exponent, 0)
    shift = f.bit_length() - WORD
    return _Scaled((f + (1 << (shift - 1))) >> shift, shift - scale), -exponent


def _generate(middle: int, high: int, delta: int, fraction_bits: int) -> tuple[str, int]:
    """Generate digits of `high` until the rest is below `delta`, then step to `middle`."""
    one = 1 << fraction_bits
    whole = str(high >> fraction_bits)
    to_middle = high - middle
    for kappa in range(len(whole) - 1, -1, -1):
        rest = high - (int(whole[: len(whole) - kappa]) * 10**kappa << fraction_bits)
        if rest <= delta:
            step = 10**kappa << fraction_bits
            return _rounded(whole[: len(whole) - kappa], delta, rest, step, to_middle), kappa
    digits, rest, kappa = whole if whole != "0" else "", high & (one - 1), 0
    while True:
        digit, rest = divmod(rest * 10, one)
        delta *= 10
        kappa -= 1
        digits = digits + str(digit) if digit or digits else ""
        if rest < delta:
            to_middle = to_middle * 10**-kappa if -kappa < ROUNDED_DIGITS else 0
            return _rounded(digits, delta, rest, one, to_middle), kappa


def _rounded(digits: str, delta: int, rest: int, step: int, to_middle: int) -> str:
    last = int(digits)
    while (
        rest < to_middle
        and delta - rest >= step
        and (rest + step < to_middle or to_middle - rest > rest + step - to_middle)
    ):
        last -= 1
        rest += step
    return str(last)
