import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import wrappers_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.json_format import ParseDict

from celsiusify_load_tests.client.check import WrongAnswerError
from celsiusify_load_tests.client.grpc import predict_pb2
from celsiusify_load_tests.client.grpc.messages import MessagePath, MessageTemplate
from celsiusify_load_tests.client.grpc.predict_pb2 import PredictRequest, PredictResponse
from celsiusify_load_tests.config.targets import find_target
from celsiusify_load_tests.errors import LoadTestError

WORKSPACE_TARGETS = Path(__file__).parents[3] / "targets.yaml"
GOLDEN = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "golden" / "predict.jsonl").read_text().splitlines()
]
SOURCES = Path(__file__).parents[2] / "src"
KINDS = {"PredictRequest": PredictRequest, "PredictResponse": PredictResponse}
OFFICIAL = (
    ("tensorflow/core/framework/tensor.proto", "tensorflow", "TensorProto"),
    ("tensorflow/core/framework/tensor_shape.proto", "tensorflow", "TensorShapeProto"),
    ("tensorflow_serving/apis/model.proto", "tensorflow.serving", "ModelSpec"),
    ("tensorflow_serving/apis/predict.proto", "tensorflow.serving", "PredictRequest"),
)
GENERATOR_VERSION = re.compile(
    r"# Protobuf Python Version: .*|_runtime_version\.Domain\.PUBLIC,[^']*"
)
TARGET = find_target(WORKSPACE_TARGETS, "tfserving-grpc")
BODY = TARGET.request.body or ""


def test_the_generated_classes_are_current(tmp_path: Path) -> None:
    """A change of predict.proto needs predict_pb2.py and predict_pb2.pyi to be generated again."""
    pytest.importorskip("grpc_tools", reason="grpcio-tools isn't installed")
    proto = predict_pb2.DESCRIPTOR.name
    options = ["--proto_path=.", f"--python_out={tmp_path}", f"--pyi_out={tmp_path}", proto]
    subprocess.run([sys.executable, "-m", "grpc_tools.protoc", *options], cwd=SOURCES, check=True)
    for suffix in ("_pb2.py", "_pb2.pyi"):
        path = proto.replace(".proto", suffix)
        assert without_version(tmp_path / path) == without_version(SOURCES / path), path


def without_version(path: Path) -> str:
    """Read a generated module, and leave out the version of its generator."""
    return GENERATOR_VERSION.sub("", path.read_text())


def test_the_official_classes_may_be_in_the_same_process() -> None:
    """Protobuf refuses a second definition of a full name, so ours are under another package."""
    pool = DescriptorPool()
    pool.AddSerializedFile(wrappers_pb2.DESCRIPTOR.serialized_pb)
    for file, package, message in OFFICIAL:
        official = FileDescriptorProto(name=file, package=package, syntax="proto3")
        official.message_type.add(name=message)
        pool.AddSerializedFile(official.SerializeToString())
    pool.AddSerializedFile(predict_pb2.DESCRIPTOR.serialized_pb)


def bare(message: bytes) -> bytes:
    """Put nothing before a message."""
    return message


def of_kind(name: str) -> list[Any]:
    return [line for line in GOLDEN if line["type"] == name and line["fahrenheit"] is not None]


@pytest.mark.parametrize("line", GOLDEN, ids=lambda line: f"{line['type']}-{line['fahrenheit']}")
def test_messages_are_encoded_as_by_the_official_classes(line: dict[str, Any]) -> None:
    """Our description of a message gives the bytes that TensorFlow Serving's own gives."""
    message = ParseDict(line["json"], KINDS[line["type"]]())
    assert message.SerializeToString(deterministic=True).hex() == line["bytes"]


@pytest.mark.parametrize("line", of_kind("PredictRequest"), ids=lambda line: line["fahrenheit"])
def test_the_target_s_request_is_the_official_one(line: dict[str, Any]) -> None:
    """A temperature filled in gives the bytes of a message that was made for it."""
    template = MessageTemplate(PredictRequest, BODY, bare)
    assert template.fill(line["fahrenheit"]).hex() == line["bytes"]


@pytest.mark.parametrize("line", of_kind("PredictResponse"), ids=lambda line: line["fahrenheit"])
def test_the_temperature_is_found_in_official_answers(line: dict[str, Any]) -> None:
    path = MessagePath(PredictResponse, TARGET.answer.celsius)
    celsius = path.find(PredictResponse.FromString(bytes.fromhex(line["bytes"])))
    assert celsius == pytest.approx((line["fahrenheit"] - 32) * 5 / 9, rel=1e-6)


def test_fields_that_are_not_described_are_passed_over() -> None:
    """A later server may answer with more than is known here."""
    line = of_kind("PredictResponse")[0]
    unknown = bytes.fromhex("fa3f03616263")  # field 1023, three bytes
    path = MessagePath(PredictResponse, TARGET.answer.celsius)
    message = PredictResponse.FromString(bytes.fromhex(line["bytes"]) + unknown)
    assert path.find(message) == pytest.approx(-273.15)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("model_spec.name", "celsiusify"),
        ("outputs.celsius.tensor_shape.dim.0.size", 1),
        ("model_spec.version.value", 1),
    ],
)
def test_places_lead_through_fields_maps_and_lists(path: str, value: object) -> None:
    message = PredictResponse.FromString(bytes.fromhex(of_kind("PredictResponse")[0]["bytes"]))
    assert MessagePath(PredictResponse, path).find(message) == value


@pytest.mark.parametrize(
    "path", ["outputs.kelvin.float_val.0", "outputs.celsius.float_val.1"], ids=["key", "index"]
)
def test_a_place_that_an_answer_lacks_makes_it_wrong(path: str) -> None:
    message = PredictResponse.FromString(bytes.fromhex(of_kind("PredictResponse")[0]["bytes"]))
    with pytest.raises(WrongAnswerError, match=f"^answer has no {path}$"):
        MessagePath(PredictResponse, path).find(message)


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("output", "PredictResponse has no output"),
        ("outputs.celsius.float", "PredictResponse has no outputs.celsius.float"),
        ("model_spec.name.first", "PredictResponse has no model_spec.name.first"),
        ("outputs.celsius.float_val", "expected an index after float_val, got ''"),
        ("outputs.celsius.float_val.first", "expected an index after float_val, got 'first'"),
    ],
)
def test_a_place_that_no_answer_can_have_is_refused(path: str, complaint: str) -> None:
    with pytest.raises(LoadTestError, match=f"^{complaint}$"):
        MessagePath(PredictResponse, path)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (BODY.replace("float_val", "float_value"), "expected a PredictRequest in JSON: "),
        ("{", "expected a PredictRequest in JSON: "),
        (BODY.replace("$fahrenheit", "451"), r"expected \$fahrenheit once in the PredictRequest"),
        (BODY.replace("float_val", "double_val"), "as a 32-bit float"),
        (BODY.replace("$fahrenheit", "$fahrenheit, $fahrenheit"), "once in the PredictRequest"),
    ],
)
def test_a_body_that_is_no_such_message_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(LoadTestError, match=complaint):
        MessageTemplate(PredictRequest, text, bare)
