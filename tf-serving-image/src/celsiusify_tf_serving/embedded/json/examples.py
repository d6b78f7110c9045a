"""Classify and regress requests in JSON, and their answers."""

from collections.abc import Callable
from typing import Any

import numpy as np
from tensorflow.core.example.feature_pb2 import Feature

from celsiusify_tf_serving.embedded.errors import invalid
from celsiusify_tf_serving.embedded.json.answer import float_texts
from celsiusify_tf_serving.embedded.json.request import signature_name
from celsiusify_tf_serving.embedded.json.tensors import (
    decode_base64,
    is_base64,
    type_name,
    value_error,
)
from celsiusify_tf_serving.embedded.rapidjson import INDENT, json_string, to_bytes
from celsiusify_tf_serving.embedded.signatures import Array

KIND_NAMES = {"bytes_list": "bytes", "float_list": "float", "int64_list": "int64"}
MAX_INT64 = 2**63 - 1


def fill_request(document: dict[str, Any], request: Any) -> None:
    """Fill a ClassificationRequest or RegressionRequest from JSON.

    Raises:
        ServingError: If there are no examples, or a value fits no feature.
    """
    request.model_spec.signature_name = signature_name(document)
    examples = request.input.example_list.examples
    if "context" in document:
        with_context = request.input.example_list_with_context
        _fill_example(document["context"], with_context.context)
        examples = with_context.examples
    for example in _listed_examples(document):
        _fill_example(example, examples.add())


def classification_answer(result: Any) -> bytes:
    """Write a ClassificationResult."""
    rows = []
    for classifications in result.classifications:
        scores = _texts([c.score for c in classifications.classes])
        labels = [json_string(c.label) for c in classifications.classes]
        pairs = [f"[{label}, {score}]" for label, score in zip(labels, scores, strict=True)]
        rows.append(f"[{', '.join(pairs)}]")
    return to_bytes(f'{{\n{INDENT}"results": [{", ".join(rows)}\n{INDENT}]\n}}')


def regression_answer(result: Any) -> bytes:
    """Write a RegressionResult."""
    values = _texts([regression.value for regression in result.regressions])
    return to_bytes(f'{{\n{INDENT}"results": [{", ".join(values)}]\n}}')


def _texts(values: list[float]) -> list[str]:
    array: Array = np.array(values, np.float32)
    return float_texts(array)


def _listed_examples(document: dict[str, Any]) -> list[Any]:
    if "examples" not in document:
        raise value_error(
            document, "When method is classify, key 'examples' is expected and was not found"
        )
    examples = document["examples"]
    if not isinstance(examples, list):
        raise value_error(document, "Expecting 'examples' value to be an list/array")
    if not examples:
        raise value_error(document, "'examples' value is an empty array")
    return examples


def _fill_example(value: Any, example: Any) -> None:
    if not isinstance(value, dict):
        raise invalid(f"Example must be JSON object but got JSON {type_name(value)}")
    for name, content in value.items():
        feature = Feature()
        for element in content if isinstance(content, list) else [content]:
            _add_value(element, name, feature)
        example.features.feature[name].CopyFrom(feature)


def _add_value(value: Any, name: str, feature: Any) -> None:
    if (
        value is None
        or isinstance(value, list)
        or (isinstance(value, dict) and not is_base64(value))
    ):
        raise invalid(f"Feature: {name} has element with unexpected JSON type: {type_name(value)}")
    kind, convert = _kind(value)
    present = feature.WhichOneof("kind")
    if present not in (None, kind):
        raise invalid(
            f"Unexpected element type in feature: {name} expecting type: {KIND_NAMES[present]}"
        )
    if kind == "int64_list" and value > MAX_INT64:
        raise invalid(f"Feature: {name} has uint64 element. Only int64 is supported.")
    getattr(feature, kind).value.append(convert(value))


def _kind(value: Any) -> tuple[str, Callable[[Any], Any]]:
    if isinstance(value, dict):
        return "bytes_list", decode_base64
    if isinstance(value, str):
        return "bytes_list", to_bytes
    return ("float_list", _to_float32) if isinstance(value, float) else ("int64_list", int)


def _to_float32(value: float) -> float:
    with np.errstate(over="ignore"):
        return float(np.float32(value))
