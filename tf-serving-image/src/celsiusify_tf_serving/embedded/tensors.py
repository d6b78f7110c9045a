"""Turns TensorProtos into arrays and arrays into TensorProtos."""

from collections.abc import Callable
from typing import Any

import numpy as np
from tensorflow import make_ndarray
from tensorflow.core.framework.tensor_pb2 import TensorProto

from celsiusify_tf_serving.embedded.dtypes import STRING, Array, dtype_of
from celsiusify_tf_serving.embedded.errors import invalid


def read_tensor(alias: str, proto: Any) -> Array:
    """Read a tensor of a request; a list of values that is too short repeats its last."""
    try:
        array: Array = make_ndarray(proto)
    except (TypeError, ValueError) as error:
        raise invalid(f"tensor parsing error: {alias}") from error
    return array


def write_fields(array: Array, proto: Any) -> None:
    """Write an array into an empty TensorProto, value by value in the field for its type."""
    dtype = dtype_of(array)
    proto.dtype = dtype.number
    for size in array.shape:
        proto.tensor_shape.dim.add().size = size
    getattr(proto, dtype.field).extend(_field_values(array))


def _field_values(array: Array) -> list[Any]:
    flat = np.ascontiguousarray(array).ravel()
    if flat.dtype.kind == "c":
        flat = flat.view(flat.real.dtype)
    elif flat.dtype.itemsize == 2 and flat.dtype.kind not in "iu":
        flat = flat.view(np.uint16)  # half and bfloat16 travel as bits
    values: list[Any] = flat.tolist()
    return values


def write_content(array: Array, proto: Any) -> None:
    """Write an array into an empty TensorProto as bytes, strings excepted."""
    dtype = dtype_of(array)
    if dtype is STRING:
        write_fields(array, proto)
        return
    proto.MergeFrom(TensorProto(dtype=dtype.number, tensor_content=array.tobytes()))
    for size in array.shape:
        proto.tensor_shape.dim.add().size = size


def tensor_writer(as_content: bool) -> Callable[[Array, Any], None]:
    """Choose how answers are written."""
    return write_content if as_content else write_fields
