"""TensorFlow's data types: their names, numpy's types for them, and their TensorProto fields."""

from dataclasses import dataclass
from typing import Any, Final

import ml_dtypes
import numpy as np

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class DType:
    """One data type.

    Attributes:
        number: Its number in `tensorflow.DataType`.
        name: Its name in messages.
        numpy: The type of an array of it; None where the server can't hold one.
        field: The field of a TensorProto for its values.
        json: The types of its values in JSON; empty where JSON can't give one.
    """

    number: int
    name: str
    numpy: np.dtype[Any] | None = None
    field: str = ""
    json: frozenset[type] = frozenset()


_NUMBER: Final = frozenset({int, float})
_INTEGER: Final = frozenset({int})

DTYPES: Final = {
    dtype.number: dtype
    for dtype in (
        DType(0, "INVALID"),
        DType(1, "float", np.dtype(np.float32), "float_val", _NUMBER),
        DType(2, "double", np.dtype(np.float64), "double_val", _NUMBER),
        DType(3, "int32", np.dtype(np.int32), "int_val", _INTEGER),
        DType(4, "uint8", np.dtype(np.uint8), "int_val", _INTEGER),
        DType(5, "int16", np.dtype(np.int16), "int_val", _INTEGER),
        DType(6, "int8", np.dtype(np.int8), "int_val", _INTEGER),
        DType(7, "string", np.dtype(np.object_), "string_val", frozenset({str})),
        DType(8, "complex64", np.dtype(np.complex64), "scomplex_val"),
        DType(9, "int64", np.dtype(np.int64), "int64_val", _INTEGER),
        DType(10, "bool", np.dtype(np.bool_), "bool_val", frozenset({bool})),
        DType(11, "qint8"),
        DType(12, "quint8"),
        DType(13, "qint32"),
        DType(14, "bfloat16", np.dtype(ml_dtypes.bfloat16), "half_val"),
        DType(15, "qint16"),
        DType(16, "quint16"),
        DType(17, "uint16", np.dtype(np.uint16), "int_val"),
        DType(18, "complex128", np.dtype(np.complex128), "dcomplex_val"),
        DType(19, "half", np.dtype(np.float16), "half_val"),
        DType(20, "resource"),
        DType(21, "variant"),
        DType(22, "uint32", np.dtype(np.uint32), "uint32_val", _INTEGER),
        DType(23, "uint64", np.dtype(np.uint64), "uint64_val", _INTEGER),
    )
}
DOUBLE: Final = DTYPES[2]
STRING: Final = DTYPES[7]
_BY_NUMPY: Final = {dtype.numpy: dtype for dtype in DTYPES.values() if dtype.numpy is not None}


def dtype_numbered(number: int) -> DType:
    """Return the data type with a number; an unknown one is named by its number."""
    return DTYPES.get(number) or DType(number, str(number))


def dtype_of(array: Array) -> DType:
    """Return the data type of an array's values."""
    return _BY_NUMPY[array.dtype]
