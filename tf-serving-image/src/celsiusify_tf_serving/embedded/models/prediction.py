"""Check a gRPC predict request against a signature, and write its answer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from tensorflow import make_ndarray
from tensorflow.core.framework.tensor_pb2 import TensorProto
from tensorflow_serving.apis.predict_pb2 import PredictResponse

from celsiusify_tf_serving.embedded.batching.merging import Arrays
from celsiusify_tf_serving.embedded.errors import Code, ServingError, invalid
from celsiusify_tf_serving.embedded.models.servable import Outputs, Servable
from celsiusify_tf_serving.embedded.models.signatures import (
    DEFAULT_SIGNATURE,
    STRING,
    Array,
    Signature,
    dtype_of,
)


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


@dataclass(frozen=True, slots=True)
class Plan:
    """A run that a request asks for: a signature, its inputs in order, and the outputs wanted."""

    signature: Signature
    arrays: Arrays
    outputs: Outputs


def predict_plan(servable: Servable, request: Any) -> Plan:
    """Check a PredictRequest.

    Raises:
        ServingError: If there's no such signature, or it has other inputs or outputs.
    """
    name = request.model_spec.signature_name or DEFAULT_SIGNATURE
    signature = servable.signature(name)
    if signature is None:
        raise ServingError(Code.FAILED_PRECONDITION, f'Serving signature key "{name}" not found.')
    _check_aliases(signature, request.inputs)
    outputs = _chosen_outputs(signature, request.output_filter)
    arrays = [read_tensor(alias, request.inputs[alias]) for alias in signature.inputs]
    _check_dtypes(signature, arrays)
    return Plan(signature, arrays, outputs)


def predict_response(
    servable: Servable, plan: Plan, outputs: Arrays, write: Callable[[Array, Any], None]
) -> Any:
    """Write a PredictResponse."""
    response = PredictResponse()
    response.model_spec.name = servable.model
    response.model_spec.version.value = servable.version
    response.model_spec.signature_name = plan.signature.name
    for alias, array in zip(plan.outputs, outputs, strict=True):
        write(array, response.outputs[alias])
    return response


def _check_aliases(signature: Signature, inputs: Any) -> None:
    sent, wanted = set(inputs), set(signature.inputs)
    if len(sent) != len(wanted):
        raise invalid(
            f"input size does not match signature: {len(sent)}!={len(wanted)}"
            f" len({_names(sent)}) != len({_names(wanted)}). Sent extra: {_names(sent - wanted)}."
            f" Missing but required: {_names(wanted - sent)}."
        )
    for alias in sorted(wanted - sent):
        raise invalid(
            f"Signature input alias: {alias}(feed name: {signature.inputs[alias].name}) not found"
            f" in request and no default value provided. Inputs expected to be in the"
            f" request {_names(sent)}, or default input alias set: "
        )


def _chosen_outputs(signature: Signature, wanted: Iterable[str]) -> Outputs:
    chosen: list[str] = []
    for alias in wanted:
        if alias not in signature.outputs:
            raise invalid(
                f"output tensor alias not found in signature: {alias} Outputs expected to be in"
                f" the set {_names(signature.outputs)}."
            )
        if alias in chosen:
            raise invalid(f"duplicate output tensor alias: {alias}")
        chosen.append(alias)
    return tuple(chosen or signature.outputs)


def _check_dtypes(signature: Signature, arrays: Arrays) -> None:
    for index, (info, array) in enumerate(zip(signature.inputs.values(), arrays, strict=True)):
        sent = dtype_of(array)
        if sent is not info.dtype:
            raise invalid(
                f"Expects arg[{index}] to be {info.dtype.name} but {sent.name} is provided"
            )


def _names(names: Iterable[str]) -> str:
    return f"{{{','.join(sorted(names))}}}"
