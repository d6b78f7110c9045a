"""The signatures of a model, and TensorFlow's data types."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import ml_dtypes
import numpy as np

Array = np.ndarray[Any, Any]
Arrays = list[Array]


@dataclass(frozen=True, slots=True)
class DType:
    """A data type of tensors.

    Attributes:
        number: Number in `tensorflow.DataType`.
        name: Name in messages.
        numpy: Type of numpy's arrays; None if the server can't hold such an array.
        field: Field of a TensorProto for the values.
        json: Python types of the values in JSON; empty if JSON can't express a value.
    """

    number: int
    name: str
    numpy: np.dtype[Any] | None = None
    field: str = ""
    json: frozenset[type] = frozenset()


_NUMBER = frozenset({int, float})
_INTEGER = frozenset({int})

DTYPES = {
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
DOUBLE = DTYPES[2]
STRING = DTYPES[7]
_BY_NUMPY = {dtype.numpy: dtype for dtype in DTYPES.values() if dtype.numpy is not None}


def dtype_numbered(number: int) -> DType:
    """Return the data type of a number; the name of an unknown type is its number."""
    return DTYPES.get(number) or DType(number, str(number))


def dtype_of(array: Array) -> DType:
    """Return the data type of an array."""
    return _BY_NUMPY[array.dtype]


DEFAULT_SIGNATURE = "serving_default"


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """An input or output of a signature.

    Attributes:
        name: Name of the tensor in the graph.
        dtype: Data type of the values.
        shape: Dimensions, -1 for any size; None if the number of dimensions is unknown.
    """

    name: str
    dtype: DType
    shape: tuple[int, ...] | None

    @property
    def is_batch(self) -> bool:
        """True if the first dimension has any size, so that rows can be joined."""
        return bool(self.shape) and self.shape is not None and self.shape[0] == -1

    def admits(self, array: Array) -> bool:
        """Return True if an array has the declared rank and dimensions."""
        return (
            self.shape is not None
            and len(self.shape) == array.ndim
            and all(
                size in (-1, actual) for size, actual in zip(self.shape, array.shape, strict=True)
            )
        )


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature, with its inputs and outputs sorted by alias.

    Attributes:
        name: Name of the signature.
        method: Name of the method, such as `tensorflow/serving/predict`.
        inputs: Inputs by alias.
        outputs: Outputs by alias.
        definition: The SignatureDef.
    """

    name: str
    method: str
    inputs: Mapping[str, TensorInfo]
    outputs: Mapping[str, TensorInfo]
    definition: Any = field(compare=False, repr=False)

    @property
    def takes_doubles(self) -> bool:
        """True if an input has the type double."""
        return any(tensor.dtype is DOUBLE for tensor in self.inputs.values())

    @property
    def is_batch(self) -> bool:
        """True if every input and output has rows, so that requests can be merged."""
        tensors = [*self.inputs.values(), *self.outputs.values()]
        return bool(self.inputs) and all(tensor.is_batch for tensor in tensors)


def read_signature(name: str, definition: Any) -> Signature:
    """Read a SignatureDef."""
    return Signature(
        name,
        definition.method_name,
        _tensors(definition.inputs),
        _tensors(definition.outputs),
        definition,
    )


def _tensors(infos: Mapping[str, Any]) -> dict[str, TensorInfo]:
    return {alias: _tensor(infos[alias]) for alias in sorted(infos)}


def _tensor(info: Any) -> TensorInfo:
    shape = info.tensor_shape
    sizes = None if shape.unknown_rank else tuple(dim.size for dim in shape.dim)
    return TensorInfo(info.name, dtype_numbered(info.dtype), sizes)
