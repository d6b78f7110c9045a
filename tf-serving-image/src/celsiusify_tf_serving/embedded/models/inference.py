"""Classify and regress requests: tf.Examples in; classes with scores, or values, out."""

from collections.abc import Callable
from typing import Any

import numpy as np
from google.protobuf import text_format
from tensorflow.core.example.example_pb2 import Example
from tensorflow_serving.apis.classification_pb2 import ClassificationResult
from tensorflow_serving.apis.regression_pb2 import RegressionResult

from celsiusify_tf_serving.embedded.errors import Code, ServingError, invalid
from celsiusify_tf_serving.embedded.models.prediction import Plan
from celsiusify_tf_serving.embedded.models.servable import Servable
from celsiusify_tf_serving.embedded.signatures import DEFAULT_SIGNATURE, Arrays, Signature

INPUTS = "inputs"
CLASSES = "classes"
SCORES = "scores"
VALUES = "outputs"
CLASSIFY = "tensorflow/serving/classify"
REGRESS = "tensorflow/serving/regress"


def classify_plan(servable: Servable, request: Any) -> Plan:
    """Check a ClassificationRequest or a task of a MultiInferenceRequest.

    Raises:
        ServingError: If the signature is missing or can't classify, or there are no examples.
    """
    signature = _signature(servable, request.model_spec.signature_name)
    _check_input(signature, "classification")
    outputs = tuple(alias for alias in (CLASSES, SCORES) if alias in signature.outputs)
    if not outputs:
        raise _missing(signature, "classification outputs")
    return Plan(signature, _examples(request.input), outputs)


def regress_plan(servable: Servable, request: Any) -> Plan:
    """Check a RegressionRequest or a task of a MultiInferenceRequest.

    Raises:
        ServingError: If the signature is missing or can't regress, or there are no examples.
    """
    signature = _signature(servable, request.model_spec.signature_name)
    _check_input(signature, "regression")
    if VALUES not in signature.outputs:
        raise _missing(signature, "regression outputs")
    return Plan(signature, _examples(request.input), (VALUES,))


class _Task:
    """A task of a MultiInferenceRequest, in the form of a separate request."""

    def __init__(self, model_spec: Any, examples: Any) -> None:
        self.model_spec, self.input = model_spec, examples


METHODS: dict[str, Callable[[Servable, Any], Plan]] = {
    CLASSIFY: classify_plan,
    REGRESS: regress_plan,
}


def inference_plans(servable: Servable, request: Any) -> list[Plan]:
    """Check a MultiInferenceRequest.

    Raises:
        ServingError: If the tasks name several models, a signature twice, or an unknown method.
    """
    plans = []
    seen: set[str] = set()
    for task in request.tasks:
        signature = task.model_spec.signature_name or DEFAULT_SIGNATURE
        if task.model_spec.name != servable.model:
            raise invalid(
                "All ModelSpecs in a MultiInferenceRequest must access the same model name."
            )
        if signature in seen:
            raise invalid(f"Duplicate evaluation of signature: {signature}")
        if task.method_name not in METHODS:
            raise ServingError(
                Code.UNIMPLEMENTED, f"Unsupported signature method_name: {task.method_name}"
            )
        seen.add(signature)
        plans.append(METHODS[task.method_name](servable, _Task(task.model_spec, request.input)))
    return plans


def classification(plan: Plan, outputs: Arrays) -> Any:
    """Convert the outputs of a run to a ClassificationResult.

    Raises:
        ServingError: If an output has no row of classes or scores for each example.
    """
    examples = len(plan.arrays[0])
    columns = {
        alias: _matrix(alias, array, examples)
        for alias, array in zip(plan.outputs, outputs, strict=True)
    }
    result = ClassificationResult()
    for row in range(examples):
        classes = result.classifications.add().classes
        labels, scores = (_row(columns.get(name), row) for name in (CLASSES, SCORES))
        for index in range(len(labels or scores)):
            label = labels[index].decode(errors="replace") if labels else ""
            classes.add(label=label, score=scores[index] if scores else 0.0)
    return result


def regression(plan: Plan, outputs: Arrays) -> Any:
    """Convert the output of a run to a RegressionResult.

    Raises:
        ServingError: If the output has no value for each example.
    """
    examples = len(plan.arrays[0])
    values = outputs[0]
    if values.shape not in ((examples,), (examples, 1)):
        raise invalid(
            f"Expected output Tensor shape to be either [{examples}] or [{examples} 1]:"
            f" {list(values.shape)}"
        )
    result = RegressionResult()
    for value in values.ravel().tolist():
        result.regressions.add(value=value)
    return result


def _signature(servable: Servable, name: str) -> Signature:
    signature = servable.signature(name)
    if signature is None:
        raise invalid(f"No signature was found with the name: {name or DEFAULT_SIGNATURE}")
    return signature


def _check_input(signature: Signature, kind: str) -> None:
    if INPUTS not in signature.inputs:
        raise _missing(signature, f"{kind} inputs")


def _missing(signature: Signature, part: str) -> ServingError:
    text = text_format.MessageToString(signature.definition)
    return invalid(f"No {part} found in SignatureDef: goo.gle/debugonly    \n{text}")


def _examples(examples: Any) -> Arrays:
    """Serialize the examples of an Input, with the shared context.

    Returns:
        One array of shape `(examples,)`.
    """
    kind = examples.WhichOneof("kind")
    listed = getattr(examples, kind).examples if kind else ()
    if not listed:
        raise invalid("Input is empty.")
    context = (
        examples.example_list_with_context.context
        if kind == "example_list_with_context"
        else Example()
    )
    serialized = []
    for example in listed:
        merged = Example()
        merged.CopyFrom(context)
        for name, feature in example.features.feature.items():
            merged.features.feature[name].CopyFrom(feature)
        serialized.append(merged.SerializeToString())
    return [np.array(serialized, object)]


def _matrix(alias: str, array: Any, examples: int) -> Any:
    if array.ndim != 2 or len(array) != examples:
        raise invalid(
            f"Expected Tensor {alias} of shape [{examples}, classes], got {list(array.shape)}"
        )
    return array


def _row(matrix: Any, row: int) -> list[Any]:
    values: list[Any] = [] if matrix is None else matrix[row].tolist()
    return values
