"""Write predict.jsonl: messages as TensorFlow Serving's own Python classes encode them.

    python make.py > predict.jsonl

It needs tensorflow and tensorflow-serving-api, so it was run once, apart from these tests.
"""

import json
import sys

from google.protobuf import json_format
from tensorflow.core.framework import tensor_pb2, types_pb2
from tensorflow_serving.apis import predict_pb2

TEMPERATURES = (-459.67, -40.0, 0.0, 32.0, 98.6, 451.123456, 1e6)


def tensor(value: float) -> tensor_pb2.TensorProto:
    """A tensor of shape (1,)."""
    made = tensor_pb2.TensorProto(dtype=types_pb2.DT_FLOAT, float_val=[value])
    made.tensor_shape.dim.add(size=1)
    return made


def request(fahrenheit: float) -> predict_pb2.PredictRequest:
    """What the target is asked."""
    made = predict_pb2.PredictRequest()
    made.model_spec.name = "celsiusify"
    made.inputs["fahrenheit"].CopyFrom(tensor(fahrenheit))
    return made


def response(fahrenheit: float) -> predict_pb2.PredictResponse:
    """What the target answers."""
    made = predict_pb2.PredictResponse()
    made.model_spec.name = "celsiusify"
    made.model_spec.version.value = 1
    made.model_spec.signature_name = "serving_default"
    made.outputs["celsius"].CopyFrom(tensor((fahrenheit - 32) * 5 / 9))
    return made


def elaborate() -> predict_pb2.PredictRequest:
    """A request with every field that is described here, and one that isn't."""
    made = request(451.0)
    made.model_spec.version.value = 3
    made.model_spec.signature_name = "serving_default"
    made.output_filter.append("celsius")
    made.inputs["other"].dtype = types_pb2.DT_DOUBLE
    made.inputs["other"].double_val.append(1.5)
    made.inputs["other"].tensor_content = b"\x00\x01"
    made.inputs["other"].tensor_shape.unknown_rank = True
    made.inputs["other"].tensor_shape.dim.add(size=-1, name="batch")
    return made


def main() -> None:
    """Write a line a message."""
    for fahrenheit in TEMPERATURES:
        write(request(fahrenheit), fahrenheit)
        write(response(fahrenheit), fahrenheit)
    write(elaborate(), None)


def write(message: predict_pb2.PredictRequest, fahrenheit: float | None) -> None:
    """Write a message: its type, what it asks, its JSON form and its bytes."""
    line = {
        "type": message.DESCRIPTOR.name,
        "fahrenheit": fahrenheit,
        "json": json_format.MessageToDict(message, preserving_proto_field_name=True),
        "bytes": message.SerializeToString(deterministic=True).hex(),
    }
    sys.stdout.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
