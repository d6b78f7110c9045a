"""Writes numbers for JSON answers: in six digits where they suffice, else in all they have."""

from typing import Any, Final

import numpy as np

from celsiusify_tf_serving.embedded.dtypes import Array

FULL_DIGITS: Final[dict[np.dtype[Any], str]] = {
    np.dtype(np.float32): ".9g",
    np.dtype(np.float64): ".17g",
}
TINY: Final = {dtype: float(np.finfo(dtype.type).tiny) for dtype in FULL_DIGITS}
FEW: Final = 8
NOT_FINITE: Final = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def float_texts(array: Array) -> list[str]:
    """Write floats, flat: "%.6g", or nine (seventeen) digits where six don't read back the same.

    A whole number gets `.0`; a denormal is 0, since TensorFlow Serving's threads flush them.
    """
    values: list[float] = array.ravel().tolist()
    digits = _few_digits if len(values) <= FEW else _many_digits
    return [t if "." in t or "e" in t else _whole(t) for t in digits(array.ravel(), values)]


def _few_digits(array: Array, values: list[float]) -> list[str]:
    full, tiny, scalar = FULL_DIGITS[array.dtype], TINY[array.dtype], array.dtype.type
    return [_digits(value, full, tiny, scalar) for value in values]


def _many_digits(array: Array, values: list[float]) -> list[str]:
    """Write all in six digits, then again the few that need more."""
    full, tiny, scalar = FULL_DIGITS[array.dtype], TINY[array.dtype], array.dtype.type
    texts = ("%.6g " * len(values) % tuple(values)).split()
    with np.errstate(over="ignore"):
        read_back = np.array(list(map(float, texts)), np.float64).astype(array.dtype)
    unusual = (read_back != array) | (np.abs(array) < tiny)
    for index in np.flatnonzero(unusual).tolist():
        texts[index] = _digits(values[index], full, tiny, scalar)
    return texts


def _digits(value: float, full: str, tiny: float, scalar: type[np.floating[Any]]) -> str:
    if -tiny < value < tiny:
        value *= 0.0
    text = f"{value:.6g}"
    return text if scalar(text) == value else format(value, full)


def _whole(text: str) -> str:
    return NOT_FINITE.get(text) or text + ".0"
