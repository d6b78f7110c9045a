"""A gRPC predict request, checked against a signature, and its answer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from tensorflow import make_ndarray
from tensorflow.core.framework.tensor_pb2 import TensorProto
from tensorflow_serving.apis.predict_pb2 import PredictResponse

from celsiusify_tf_serving.embedded.errors import Code, ServingError, invalid
from celsiusify_tf_serving.embedded.models.servable import Outputs, Servable
from celsiusify_tf_serving.embedded.signatures import (
    DEFAULT_SIGNATURE,
    STRING,
    Array,
    Arrays,
    Signature,
    dtype_of,
)


def read_tensor(alias: str, proto: Any) -> Array:
    """Read a tensor of a request; missing values repeat the last value."""
    try:
        array: Array = make_ndarray(proto)
    except (TypeError, ValueError) as error:
        raise invalid(f"tensor parsing error: {alias}") from error
    return array


def write_fields(array: Array, proto: Any) -> None:
    """Write an array into an empty TensorProto, as values of the data type's field."""
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
        flat = flat.view(np.uint16)  # half and bfloat16 are sent as bits
    values: list[Any] = flat.tolist()
    return values


def write_content(array: Array, proto: Any) -> None:
    """Write an array into an empty TensorProto as bytes; strings remain values."""
    dtype = dtype_of(array)
    if dtype is STRING:
        write_fields(array, proto)
        return
    proto.MergeFrom(TensorProto(dtype=dtype.number, tensor_content=array.tobytes()))
    for size in array.shape:
        proto.tensor_shape.dim.add().size = size


def tensor_writer(as_content: bool) -> Callable[[Array, Any], None]:
    """Return the function that writes arrays into answers."""
    return write_content if as_content else write_fields


@dataclass(frozen=True, slots=True)
class Plan:
    """A requested run: a signature, its inputs in order, and the requested outputs."""

    signature: Signature
    arrays: Arrays
    outputs: Outputs


def predict_plan(servable: Servable, request: Any) -> Plan:
    """Check a PredictRequest.

    Raises:
        ServingError: If the signature is missing, or has other inputs or outputs.
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
    sent, required = set(inputs), set(signature.inputs)
    if len(sent) != len(required):
        raise invalid(
            f"input size does not match signature: {len(sent)}!={len(required)}"
            f" len({_names(sent)}) != len({_names(required)})."
            f" Sent extra: {_names(sent - required)}."
            f" Missing but required: {_names(required - sent)}."
        )
    for alias in sorted(required - sent):
        raise invalid(
            f"Signature input alias: {alias}(feed name: {signature.inputs[alias].name}) not found"
            f" in request and no default value provided. Inputs expected to be in the"
            f" request {_names(sent)}, or default input alias set: "
        )


def _chosen_outputs(signature: Signature, output_filter: Iterable[str]) -> Outputs:
    chosen: list[str] = []
    for alias in output_filter:
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
