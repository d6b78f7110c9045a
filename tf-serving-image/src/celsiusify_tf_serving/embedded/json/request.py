"""A predict request: its JSON, its signature, and its tensors in rows or columns."""

from dataclasses import dataclass
from typing import Any

import orjson

from celsiusify_tf_serving.embedded import rapidjson
from celsiusify_tf_serving.embedded.errors import ServingError, invalid
from celsiusify_tf_serving.embedded.json.tensors import (
    collect_values,
    dense_shape,
    is_base64,
    make_array,
    quick_tensor,
    value_error,
)
from celsiusify_tf_serving.embedded.signatures import Array, Signature, TensorInfo


def parse_object(body: bytes) -> dict[str, Any]:
    """Parse a request's body by RapidJSON's rules, quickly if the body is usual.

    Raises:
        ServingError: If the body isn't JSON, or isn't an object.
    """
    if not body:
        raise invalid("JSON Parse error: The document is empty")
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        document = _parse_slowly(body)
    else:
        # Of two equal names, this parser takes the last value and RapidJSON the first.
        if body.count(b":") != _count_names(document):
            document = _parse_slowly(body)
    if not isinstance(document, dict):
        raise value_error(document, "Is not object")
    return document


def reparse_doubles(body: bytes) -> dict[str, Any]:
    """Parse a valid body again, and read its doubles as RapidJSON does."""
    document: dict[str, Any] = _parse_slowly(body)
    return document


def _parse_slowly(body: bytes) -> Any:
    try:
        return rapidjson.parse(body)
    except ValueError as error:
        raise invalid(f"JSON Parse error: {error}") from error


def _count_names(document: Any) -> int:
    """Count the names at a request's top level, and in the objects of lists there."""
    if type(document) is not dict:
        return 0
    names = len(document)
    for value in document.values():
        if type(value) is list and value and type(value[0]) is dict:
            names += sum(len(element) for element in value if type(element) is dict)
    return names


@dataclass(frozen=True, slots=True)
class PredictInput:
    """The tensors of a request, in the order of the signature's inputs.

    Attributes:
        arrays: The tensors.
        is_row: Whether the answer is a list of rows, and not columns.
    """

    arrays: list[Array]
    is_row: bool


def signature_name(document: dict[str, Any]) -> str:
    """Return the name of the requested signature; "" for the default."""
    name = document.get("signature_name", "")
    if not isinstance(name, str):
        raise value_error(
            document, "not formatted correctly. 'signature_name' key must be a string value."
        )
    return name


def predict_input(document: dict[str, Any], signature: Signature) -> PredictInput:
    """Read the tensors of a request for a signature.

    Raises:
        ServingError: If the inputs, types or shapes don't match the signature.
    """
    if not signature.inputs:
        raise invalid(
            f"Failed to get input map for signature: {signature_name(document) or 'DEFAULT'}"
        )
    if "instances" in document:
        return PredictInput(_row_arrays(_instances(document), signature), is_row=True)
    if "inputs" in document:
        return PredictInput(_column_arrays(document["inputs"], signature), is_row=False)
    raise invalid("Missing 'inputs' or 'instances' key")


def _instances(document: dict[str, Any]) -> list[Any]:
    instances = document["instances"]
    if "inputs" in document:
        raise value_error(
            document,
            "Not formatted correctly expecting only one of 'inputs' or 'instances' keys to exist ",
        )
    if not isinstance(instances, list):
        raise value_error(document, "Expecting 'instances' to be an list/array")
    if not instances:
        raise value_error(document, "No values in 'instances' array")
    return instances


def _row_arrays(instances: list[Any], signature: Signature) -> list[Array]:
    if len(signature.inputs) == 1:
        (info,) = signature.inputs.values()
        array = quick_tensor(instances, info.dtype)
        if array is not None:
            return [array]
    elif not isinstance(instances[0], dict):
        raise invalid(
            "instances is a plain list, but expecting list of objects as multiple input tensors"
            " required as per tensorinfo_map"
        )
    columns = {alias: _Column(info) for alias, info in signature.inputs.items()}
    add = _add_object if _is_named(instances[0]) else _add_value
    for index, element in enumerate(instances):
        add(columns, index, element)
    return [column.array(len(instances)) for column in columns.values()]


def _is_named(element: Any) -> bool:
    return isinstance(element, dict) and not is_base64(element)


class _Column:
    """The elements of one input, collected from a request's rows."""

    def __init__(self, info: TensorInfo) -> None:
        self.dtype = info.dtype
        self.shape: tuple[int, ...] | None = None
        self.size = 0
        self.values: list[Any] = []

    def add(self, element: Any) -> None:
        shape = dense_shape(element)
        values = collect_values(element, self.dtype, shape)
        if self.shape is None:
            self.shape, self.size = shape, len(values)
        if len(values) != self.size:
            raise invalid(f"Expecting tensor size: {self.size} but got: {len(values)}")
        if shape != self.shape:
            raise invalid(
                f"Expecting shape {_shape_text(self.shape)} but got: {_shape_text(shape)}"
            )
        self.values += values

    def array(self, rows: int) -> Array:
        return make_array(self.values, self.dtype, (rows, *(self.shape or ())))


def _shape_text(shape: tuple[int, ...]) -> str:
    return f"[{','.join(map(str, shape))}]"


def _add_value(columns: dict[str, _Column], index: int, element: Any) -> None:
    if _is_named(element):
        raise invalid(f"Expecting value/list but got object at item {index} of input list")
    (column,) = columns.values()
    try:
        column.add(element)
    except ServingError as error:
        raise invalid(
            f"Failed to process element: {index} of 'instances' list. Error: {error}"
        ) from error


def _add_object(columns: dict[str, _Column], index: int, element: Any) -> None:
    if not _is_named(element):
        raise invalid(f"Expecting object but got list at item {index} of input list")
    for name, value in element.items():
        try:
            if name not in columns:
                raise invalid(f"JSON object: does not have named input: {name}")
            columns[name].add(value)
        except ServingError as error:
            raise invalid(
                f"Failed to process element: {index} key: {name} of 'instances' list."
                f" Error: {error}"
            ) from error
    if len(element) != len(columns):
        raise invalid(
            f"Failed to process element: {index} of 'instances' list."
            f" JSON object: {rapidjson.quote(element)} keys must be equal to: {','.join(columns)}"
        )


def _column_arrays(inputs: Any, signature: Signature) -> list[Array]:
    if _is_named(inputs):
        return [_named_column(inputs, alias, info) for alias, info in signature.inputs.items()]
    if len(signature.inputs) > 1:
        raise invalid(
            "inputs is a plain value/list, but expecting an object as multiple input tensors"
            " required as per tensorinfo_map"
        )
    (info,) = signature.inputs.values()
    return [_column_array(inputs, info)]


def _named_column(inputs: dict[str, Any], alias: str, info: TensorInfo) -> Array:
    if alias not in inputs:
        raise invalid(f"Missing named input: {alias} in 'inputs' object.")
    return _column_array(inputs[alias], info)


def _column_array(value: Any, info: TensorInfo) -> Array:
    array = quick_tensor(value, info.dtype)
    if array is not None:
        return array
    shape = dense_shape(value)
    return make_array(collect_values(value, info.dtype, shape), info.dtype, shape)
