"""What a model's signatures say of their inputs and outputs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from celsiusify_tf_serving.embedded.dtypes import DOUBLE, Array, DType, dtype_numbered

DEFAULT_SIGNATURE = "serving_default"


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """One input or output.

    Attributes:
        name: The tensor's name in the graph.
        shape: Its dimensions, -1 for one of any size; None if even their number is unknown.
    """

    name: str
    dtype: DType
    shape: tuple[int, ...] | None

    @property
    def is_batch(self) -> bool:
        """Whether the first dimension is one of any size, so that rows can be put together."""
        return bool(self.shape) and self.shape is not None and self.shape[0] == -1

    def admits(self, array: Array) -> bool:
        """Whether the array has the rank and the known dimensions."""
        return (
            self.shape is not None
            and len(self.shape) == array.ndim
            and all(
                size in (-1, actual) for size, actual in zip(self.shape, array.shape, strict=True)
            )
        )


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature: its inputs and outputs by alias, in the order of their aliases.

    Attributes:
        definition: The SignatureDef.
    """

    name: str
    method: str
    inputs: Mapping[str, TensorInfo]
    outputs: Mapping[str, TensorInfo]
    definition: Any = field(compare=False, repr=False)

    @property
    def takes_doubles(self) -> bool:
        """Whether an input's values are double."""
        return any(tensor.dtype is DOUBLE for tensor in self.inputs.values())

    @property
    def is_batch(self) -> bool:
        """Whether every input and output has rows, so that requests can be merged."""
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
