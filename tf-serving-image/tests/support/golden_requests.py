"""The recorded gRPC requests by their names; the recording has only the names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from tensorflow import make_tensor_proto
from tensorflow.core.example.example_pb2 import Example
from tensorflow.core.framework.tensor_pb2 import TensorProto
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    inference_pb2,
    model_management_pb2,
    predict_pb2,
    regression_pb2,
)
from tensorflow_serving.apis.model_pb2 import ModelSpec

PREDICTION, MODEL = "tensorflow.serving.PredictionService", "tensorflow.serving.ModelService"
REGRESS, CLASSIFY = "tensorflow/serving/regress", "tensorflow/serving/classify"
FLOAT = 1


@dataclass(frozen=True)
class Call:
    """A call: its method, its request as a message or bytes, and the type of its response."""

    method: str
    request: Any
    response: Any
    timeout_s: float = 30.0


def spec(
    name: str = "f2c", signature: str = "", version: int | None = None, label: str = ""
) -> Any:
    """Make a ModelSpec."""
    made = ModelSpec(name=name, signature_name=signature)
    if version is not None:
        made.version.value = version
    if label:
        made.version_label = label
    return made


def tensor(values: Any, dtype: Any = np.float32) -> Any:
    """Make a TensorProto."""
    return make_tensor_proto(np.array(values, dtype))


HOT = tensor([[212.0]])


def predict(
    model_spec: Any = None,
    inputs: Mapping[str, Any] | None = None,
    outputs: tuple[str, ...] = (),
    timeout_s: float = 30.0,
) -> Call:
    """Make a predict call; the default is a valid input for the default model."""
    request = predict_pb2.PredictRequest(model_spec=model_spec or spec(), output_filter=outputs)
    for alias, proto in (inputs if inputs is not None else {"fahrenheit": HOT}).items():
        request.inputs[alias].CopyFrom(proto)
    return Call(f"{PREDICTION}/Predict", request, predict_pb2.PredictResponse, timeout_s)


def types(signature: str, timeout_s: float = 30.0, **inputs: Any) -> Call:
    """Make a predict call of the model `types`."""
    return predict(spec("types", signature), inputs, timeout_s=timeout_s)


def raw_tensor(dtype: int, shape: tuple[int, ...], **values: Any) -> Any:
    """Make a TensorProto that may be invalid."""
    proto = TensorProto(dtype=dtype, **values)
    for size in shape:
        proto.tensor_shape.dim.add().size = size
    return proto


def status(**fields: Any) -> Call:
    """Make a status call."""
    request = get_model_status_pb2.GetModelStatusRequest(**fields)
    return Call(f"{MODEL}/GetModelStatus", request, get_model_status_pb2.GetModelStatusResponse)


def metadata(*names: str, **fields: Any) -> Call:
    """Make a metadata call."""
    request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=names, **fields)
    response = get_model_metadata_pb2.GetModelMetadataResponse
    return Call(f"{PREDICTION}/GetModelMetadata", request, response)


def examples(*values: Mapping[str, float]) -> list[Any]:
    """Make tf.Examples of floats."""
    made = []
    for features in values:
        example = Example()
        for name, value in features.items():
            example.features.feature[name].float_list.value.append(value)
        made.append(example)
    return made


def classify(model_spec: Any = None, *values: Mapping[str, float]) -> Call:
    """Make a classify call."""
    request = classification_pb2.ClassificationRequest(model_spec=model_spec)
    request.input.example_list.examples.extend(examples(*values))
    return Call(f"{PREDICTION}/Classify", request, classification_pb2.ClassificationResponse)


def regress(model_spec: Any = None, *values: Mapping[str, float]) -> Call:
    """Make a regress call."""
    request = regression_pb2.RegressionRequest(model_spec=model_spec)
    request.input.example_list.examples.extend(examples(*values))
    return Call(f"{PREDICTION}/Regress", request, regression_pb2.RegressionResponse)


def multi(*tasks: tuple[Any, str]) -> Call:
    """Make a multi-inference call on one example."""
    request = inference_pb2.MultiInferenceRequest()
    request.input.example_list.examples.extend(examples({"x": 1.0}))
    for model_spec, method in tasks:
        request.tasks.add(model_spec=model_spec, method_name=method)
    return Call(f"{PREDICTION}/MultiInference", request, inference_pb2.MultiInferenceResponse)


def reload(*models: Mapping[str, str]) -> Call:
    """Make a reload call with a list of models; with none the configuration is empty."""
    request = model_management_pb2.ReloadConfigRequest()
    for fields in models:
        request.config.model_config_list.config.add(**fields)
    response = model_management_pb2.ReloadConfigResponse
    return Call(f"{MODEL}/HandleReloadConfigRequest", request, response)


def bare(method: str, request: bytes = b"") -> Call:
    """Make a call of bytes to any method."""
    return Call(method, request, predict_pb2.PredictResponse)


X1 = {"x": 1.0}
REQUESTS: dict[str, Call] = {
    "predict ok": predict(),
    "predict ok tensor_content 3": predict(
        inputs={"fahrenheit": tensor([[212.0], [32.0], [-40.0]])}
    ),
    "predict version 1": predict(spec(version=1)),
    "predict filter": predict(outputs=("celsius",)),
    "predict named sig": predict(spec(signature="flat"), {"fahrenheit": tensor([212.0])}),
    "filter unknown": predict(outputs=("nope",)),
    "filter dup": predict(outputs=("celsius", "celsius")),
    "no model_spec": Call(
        f"{PREDICTION}/Predict", predict_pb2.PredictRequest(), predict_pb2.PredictResponse
    ),
    "empty name": predict(spec("")),
    "unknown model": predict(spec("nope")),
    "unknown version": predict(spec(version=99)),
    "unknown label": predict(spec(label="nope")),
    "label unknown model": predict(spec("nope", label="stable")),
    "unknown signature": predict(spec(signature="nope")),
    "default sig missing": predict(spec("types")),
    "no inputs": predict(inputs={}),
    "wrong input name": predict(inputs={"f": HOT}),
    "extra input": predict(inputs={"fahrenheit": HOT, "z": HOT}),
    "wrong dtype int32": predict(inputs={"fahrenheit": tensor([[1]], np.int32)}),
    "wrong dtype double": predict(inputs={"fahrenheit": tensor([[1]], np.float64)}),
    "wrong dtype string": predict(inputs={"fahrenheit": tensor([["a"]], np.str_)}),
    "wrong shape rank1": predict(inputs={"fahrenheit": tensor([1.0])}),
    "wrong shape width2": predict(inputs={"fahrenheit": tensor([[1.0, 2.0]])}),
    "proto shape/val mismatch": predict(
        inputs={"fahrenheit": raw_tensor(FLOAT, (5, 1), float_val=[1.0])}
    ),
    "proto bad content": predict(
        inputs={"fahrenheit": raw_tensor(FLOAT, (1, 1), tensor_content=b"abc")}
    ),
    "proto invalid dtype": predict(inputs={"fahrenheit": raw_tensor(0, (1, 1), float_val=[1.0])}),
    "NaN Inf": types("float32", x=tensor([np.nan, np.inf, -np.inf])),
    "check numerics": types("check", x=tensor([np.nan])),
    "two broadcast mismatch": types("two_in_one_out", a=tensor([1, 2]), b=tensor([1, 2, 3])),
    "missing one of two": types("two_in_one_out", a=tensor([1.0])),
    "string": types("string", x=make_tensor_proto([b"a", b"\xff"])),
    "half": types("float16", x=tensor([1, 2], np.float16)),
    "mismatch batch outputs": types("mismatch", x=tensor([1, 2])),
    "no-input signature": types("noinput"),
    "deadline slow": types("slow", timeout_s=1.0, x=tensor([1.0])),
    "big 8MB": types("float32", x=tensor(np.zeros(2_000_000))),
    "status": status(model_spec=spec()),
    "status v1": status(model_spec=spec(version=1)),
    "status v99": status(model_spec=spec(version=99)),
    "status unknown": status(model_spec=spec("nope")),
    "status none": status(),
    "status label": status(model_spec=spec("hp2", label="stable")),
    "status empty name": status(model_spec=spec("")),
    "meta": metadata("signature_def", model_spec=spec()),
    "meta no field": metadata(model_spec=spec()),
    "meta bad field": metadata("x", model_spec=spec()),
    "meta unknown": metadata("signature_def", model_spec=spec("nope")),
    "meta no spec": metadata("signature_def"),
    "meta v99": metadata("signature_def", model_spec=spec(version=99)),
    "meta twice": metadata("signature_def", "signature_def", model_spec=spec()),
    "classify empty input": classify(spec("hp2", "classify_x_to_y")),
    "classify no spec": classify(),
    "classify unknown sig": classify(spec("hp2", "nope"), X1),
    "classify default sig": classify(spec("hp2"), X1),
    "classify unknown model": classify(spec("nope"), X1),
    "regress empty input": regress(spec("hp2", "regress_x_to_y")),
    "regress unknown sig": regress(spec("hp2", "nope"), X1),
    "regress on classify sig": regress(spec("hp2", "classify_x_to_y"), X1),
    "regress missing feature": regress(spec("hp2", "regress_x_to_y"), {"other": 1.0}),
    "multi two models": multi((spec("hp2", "regress_x_to_y"), REGRESS), (spec("f2c"), REGRESS)),
    "multi dup sig": multi(*[(spec("hp2", "regress_x_to_y"), REGRESS)] * 2),
    "multi bad method": multi((spec("hp2", "regress_x_to_y"), "tensorflow/serving/predict")),
    "multi no tasks": multi(),
    "multi no name": multi((spec("", "regress_x_to_y"), REGRESS)),
    "reload empty": reload(),
    "reload relative": reload({"name": "f2c", "base_path": "relative/x"}),
    "reload dup": reload(*[{"name": "f2c", "base_path": "/x"}] * 2),
    "reload platform change": reload(
        {"name": "f2c", "base_path": "/x", "model_platform": "other"},
        {"name": "types", "base_path": "/x", "model_platform": "tensorflow"},
    ),
    "unknown method": bare(f"{PREDICTION}/Nope"),
    "unknown service": bare("tensorflow.serving.Nope/Predict"),
    "health": bare("grpc.health.v1.Health/Check"),
    "reflection": bare("grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"),
    "garbage request": bare(f"{PREDICTION}/Predict", b"\xff\xff\xff"),
}
