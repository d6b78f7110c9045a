"""The answer to a predict request, in TensorFlow Serving's layout."""

import base64
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from celsiusify_tf_serving.embedded.errors import invalid
from celsiusify_tf_serving.embedded.rapidjson import INDENT, json_string, to_bytes
from celsiusify_tf_serving.embedded.signatures import STRING, Array, dtype_of

FULL_DIGITS: dict[np.dtype[Any], str] = {
    np.dtype(np.float32): ".9g",
    np.dtype(np.float64): ".17g",
}
TINY = {dtype: float(np.finfo(dtype.type).tiny) for dtype in FULL_DIGITS}
FEW = 8
NOT_FINITE = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def float_texts(array: Array) -> list[str]:
    """Write the floats of an array, flattened, in TensorFlow Serving's notation.

    A float has six digits, or all digits if six don't read back the same: nine for float32, and
    seventeen for float64. A whole number ends in `.0`. A denormal is 0, because TensorFlow
    Serving's threads flush denormals to zero.
    """
    values: list[float] = array.ravel().tolist()
    digits = _few_digits if len(values) <= FEW else _many_digits
    return [t if "." in t or "e" in t else _whole(t) for t in digits(array.ravel(), values)]


def _few_digits(array: Array, values: list[float]) -> list[str]:
    full, tiny, scalar = FULL_DIGITS[array.dtype], TINY[array.dtype], array.dtype.type
    return [_digits(value, full, tiny, scalar) for value in values]


def _many_digits(array: Array, values: list[float]) -> list[str]:
    """Write all values with six digits, then again the few values that need more."""
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


BYTES_SUFFIX = "_bytes"
FLOATS = frozenset(FULL_DIGITS)


def row_answer(outputs: Mapping[str, Array]) -> bytes:
    """Write outputs as a list of predictions, one for each row of the request.

    Raises:
        ServingError: If an output has no rows, has another number of rows than the other outputs,
            or has a type that JSON can't express.
    """
    rows = _common_rows(outputs)
    if len(outputs) == 1:
        ((name, array),) = outputs.items()
        predictions = ", ".join(_line_texts(name, array, depth=2))
    else:
        predictions = ",".join(_row_objects(outputs, rows))
    end = f"\n{INDENT}" if rows else ""
    return to_bytes(f'{{\n{INDENT}"predictions": [{predictions}{end}]\n}}')


def column_answer(outputs: Mapping[str, Array]) -> bytes:
    """Write the output as a value, or several outputs as an object."""
    if len(outputs) == 1:
        ((name, array),) = outputs.items()
        written = _tree_text(name, array, depth=1)
    else:
        pad = INDENT * 2
        members = [
            f"{pad}{json_string(name)}: {_tree_text(name, outputs[name], depth=2)}"
            for name in outputs
        ]
        written = "{\n" + ",\n".join(members) + f"\n{INDENT}}}"
    return to_bytes(f'{{\n{INDENT}"outputs": {written}\n}}')


def _common_rows(outputs: Mapping[str, Array]) -> int:
    rows: int | None = None
    for name, array in outputs.items():
        if not array.ndim:
            raise invalid(f"Tensor name: {name} has no shape information ")
        if rows is not None and rows != len(array):
            # The real server names an output by the order of a hash map.
            first = next(iter(outputs))
            raise invalid(
                f"Tensor name: {first} has inconsistent batch size: {rows} expecting: {len(array)}"
            )
        rows = len(array)
    return rows or 0


def _row_objects(outputs: Mapping[str, Array], rows: int) -> list[str]:
    pad, inner = INDENT * 2, INDENT * 3
    columns = {
        json_string(name): _line_texts(name, array, depth=3) for name, array in outputs.items()
    }
    return [
        f"\n{pad}{{\n"
        + ",\n".join(f"{inner}{name}: {texts[row]}" for name, texts in columns.items())
        + f"\n{pad}}}"
        for row in range(rows)
    ]


def _line_texts(name: str, array: Array, depth: int) -> list[str]:
    """Write each row of an array on one line."""
    texts = _leaf_texts(name, array, depth + array.ndim - 1)
    for axis in range(array.ndim - 1, 0, -1):
        texts = [f"[{', '.join(group)}]" for group in _groups(texts, array.shape, axis)]
    return texts


def _tree_text(name: str, array: Array, depth: int) -> str:
    """Write an array with each value on its own line."""
    texts = _leaf_texts(name, array, depth + array.ndim)
    for axis in range(array.ndim - 1, -1, -1):
        outer, inner = "\n" + INDENT * (depth + axis), "\n" + INDENT * (depth + axis + 1)
        texts = [
            f"[{inner}{f',{inner}'.join(group)}{outer}]" if group else "[]"
            for group in _groups(texts, array.shape, axis)
        ]
    return texts[0]


def _groups(texts: list[str], shape: tuple[int, ...], axis: int) -> list[list[str]]:
    size = shape[axis]
    return [texts[i * size : (i + 1) * size] for i in range(math.prod(shape[:axis]))]


def _leaf_texts(name: str, array: Array, depth: int) -> list[str]:
    if array.dtype in FLOATS:
        return float_texts(array)
    if array.dtype.kind == "b":
        return ["true" if value else "false" for value in array.ravel().tolist()]
    dtype = dtype_of(array)
    if array.dtype.kind in "iu" and dtype.json:
        return list(map(str, array.ravel().tolist()))
    if dtype is not STRING:
        raise invalid(f"Failed to write JSON value for tensor type: {dtype.name}")
    values: list[bytes] = array.ravel().tolist()
    if name.endswith(BYTES_SUFFIX):
        return [_base64_object(value, depth) for value in values]
    return [json_string(value.decode(errors="surrogateescape")) for value in values]


def _base64_object(value: bytes, depth: int) -> str:
    encoded = base64.b64encode(value).decode()
    return f'{{\n{INDENT * (depth + 1)}"b64": "{encoded}"\n{INDENT * depth}}}'
