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
    full, tiny = FULL_DIGITS[array.dtype], TINY[array.dtype]
    scalar = array.dtype.type
    if len(values) <= FEW:
        return [_float_text(value, full, tiny, scalar) for value in values]
    texts = ("%.6g " * len(values) % tuple(values)).split()
    with np.errstate(over="ignore"):
        read_back = np.array(list(map(float, texts)), np.float64).astype(array.dtype)
    flat = array.ravel()
    unusual = (read_back != flat) | (np.abs(flat) < tiny)
    for index in np.flatnonzero(unusual).tolist():
        texts[index] = _float_text(values[index], full, tiny, scalar)
    return [text if "." in text or "e" in text else _whole(text) for text in texts]


def _float_text(value: float, full: str, tiny: float, scalar: type[np.floating]) -> str:
    if -tiny < value < tiny:
        value *= 0.0
    text = f"{value:.6g}"
    if scalar(text) != value:
        text = format(value, full)
    return text if "." in text or "e" in text else _whole(text)


def _whole(text: str) -> str:
    return NOT_FINITE.get(text) or text + ".0"
