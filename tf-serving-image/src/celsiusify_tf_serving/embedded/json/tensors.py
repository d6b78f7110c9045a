"""Tensors from JSON values: numbers, strings or `{"b64": …}` in nested lists."""

import base64
import binascii
from collections.abc import Callable
from itertools import chain
from typing import Any

import numpy as np

from celsiusify_tf_serving.embedded.errors import Code, ServingError, invalid
from celsiusify_tf_serving.embedded.rapidjson import quote, to_bytes
from celsiusify_tf_serving.embedded.signatures import STRING, Array, DType

MAX_RANK = 64  # numpy's limit
INT32 = (-(2**31), 2**31 - 1)
# Small integers take any 32-bit value and wrap.
RANGES = {
    "int32": INT32,
    "int16": INT32,
    "int8": INT32,
    "uint8": INT32,
    "int64": (-(2**63), 2**63 - 1),
    "uint32": (0, 2**32 - 1),
    "uint64": (0, 2**64 - 1),
}
WIDE = {"int16": np.int32, "int8": np.int32, "uint8": np.int32}
TYPE_NAMES: dict[type, str] = {
    type(None): "Null",
    dict: "Object",
    list: "Array",
    str: "String",
    int: "Number",
    float: "Number",
}


def value_error(value: Any, problem: str) -> Exception:
    """Return an error that quotes a JSON value and states the problem."""
    return invalid(f"JSON Value: {quote(value)} {problem}")


def type_name(value: Any) -> str:
    """Return RapidJSON's name of a value's type."""
    return str(value) if isinstance(value, bool) else TYPE_NAMES[type(value)]


def is_base64(value: Any) -> bool:
    """Return True if a value is an object that encodes bytes."""
    return type(value) is dict and len(value) == 1 and type(value.get("b64")) is str


def decode_base64(value: Any) -> bytes:
    """Decode an object that encodes bytes; the padding is optional."""
    if not is_base64(value):
        raise value_error(value, "not formatted correctly for base64 data")
    text = value["b64"].rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise invalid("Unable to base64 decode") from error


def quick_tensor(value: Any, dtype: DType) -> Array | None:
    """Make a tensor of the usual request: plain values in lists of equal lengths.

    Returns:
        The tensor, or None if the value is unusual, be it valid or not.
    """
    shape: list[int] = []
    level = [value]
    while level and type(level[0]) is list:
        if not all(type(item) is list for item in level) or len(set(map(len, level))) != 1:
            return None
        shape.append(len(level[0]))
        level = list(chain.from_iterable(level))
    if (
        not set(map(type, level)) <= dtype.json
        or len(shape) > MAX_RANK
        or not _in_range(level, dtype)
    ):
        return None
    return make_array(level, dtype, tuple(shape))


def make_array(values: list[Any], dtype: DType, shape: tuple[int, ...]) -> Array:
    """Make an array of values that are known to be valid."""
    if dtype is STRING:
        values = [value if isinstance(value, bytes) else to_bytes(value) for value in values]
    wide = WIDE.get(dtype.name)
    with np.errstate(over="ignore"):  # a number too large for float32 is infinite
        array = np.array(values, wide or dtype.numpy)
    return (array.astype(dtype.numpy) if wide else array).reshape(shape)


def dense_shape(value: Any) -> tuple[int, ...]:
    """Return the shape of a nested list, judged by the first element at each level."""
    shape = []
    while isinstance(value, list):
        shape.append(len(value))
        if not value:
            break
        value = value[0]
    if len(shape) > MAX_RANK:
        raise invalid(f"JSON lists are nested {len(shape)} deep, expected no more than {MAX_RANK}")
    return tuple(shape)


def collect_values(value: Any, dtype: DType, shape: tuple[int, ...]) -> list[Any]:
    """Collect the values of nested lists, and check each value.

    Raises:
        ServingError: If a value has an unexpected type or is at an unexpected level.
    """
    values: list[Any] = []
    _collect(value, 0, shape, _checker(dtype), values)
    return values


def _collect(
    value: Any, level: int, shape: tuple[int, ...], check: Callable[[Any], Any], values: list[Any]
) -> None:
    rank = len(shape)
    if not isinstance(value, list):
        if level != rank:
            raise value_error(
                value,
                f"found at incorrect level: {level + 1} in the JSON DOM. Expected at level: {rank}",
            )
        values.append(check(value))
        return
    if level >= rank:
        raise invalid(f"Encountered list at unexpected level: {level} expected < {rank}")
    if len(value) != shape[level]:
        raise invalid(
            f"Encountered list at unexpected size: {len(value)} at level: {level}"
            f" expected size: {shape[level]}"
        )
    for element in value:
        _collect(element, level + 1, shape, check, values)


def _checker(dtype: DType) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if type(value) is dict and dtype is STRING:
            return decode_base64(value)
        if not dtype.json and type(value) is not dict:
            raise ServingError(
                Code.UNIMPLEMENTED,
                f"Conversion of JSON Value: {quote(value)} to type: {dtype.name}",
            )
        if type(value) not in dtype.json or not _in_range([value], dtype):
            raise value_error(
                value, f"Type: {type_name(value)} is not of expected type: {dtype.name}"
            )
        return value

    return check


def _in_range(values: list[Any], dtype: DType) -> bool:
    limits = RANGES.get(dtype.name)
    return limits is None or not values or limits[0] <= min(values) <= max(values) <= limits[1]
