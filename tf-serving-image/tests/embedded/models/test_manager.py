"""Models and versions change while the server runs."""

import shutil
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2, prediction_service_pb2_grpc

from ...support.embedded_server import Server, Start
from ...support.golden_requests import Call, predict, reload, spec, tensor

AT_ONCE = "--max_num_load_retries=0"


def add_version(models: Path, base_path: Path, version: int) -> Path:
    """Add a version to the server's folder in one step."""
    shutil.copytree(models / "f2c" / "1", base_path.parent / f"new-{version}")
    return (base_path.parent / f"new-{version}").rename(base_path / str(version))


def add_broken_version(base_path: Path, version: int) -> None:
    """Add half a model to the server's folder."""
    folder = base_path / str(version)
    folder.mkdir()
    good = next(base_path.glob("*/saved_model.pb")).read_bytes()
    (folder / "saved_model.pb").write_bytes(good[: len(good) // 2])


@pytest.fixture
def base_path(models: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "served" / "m"
    folder.mkdir(parents=True)
    add_version(models, folder, 1)
    return folder


@pytest.fixture
def server(start: Start, base_path: Path) -> Server:
    server = start("--model_name=m", f"--model_base_path={base_path}", AT_ONCE)
    server.wait_until_ready()
    return server


def test_versions_are_replaced_while_the_server_runs(
    server: Server, models: Path, base_path: Path
) -> None:
    """A new version replaces the old, a broken version changes nothing, and all can be removed."""
    add_version(models, base_path, 2)
    server.wait_for_states("m", {"2": "AVAILABLE", "1": "END"})
    add_broken_version(base_path, 3)
    server.wait_for_states("m", {"3": "END", "2": "AVAILABLE", "1": "END"})
    status = server.request("GET", "/v1/models/m/versions/3").json["model_version_status"][0]
    assert status["status"] == {
        "error_code": "OUT_OF_RANGE",
        "error_message": "Read less bytes than requested",
    }
    assert server.predict("m", instances=[[212.0]]).json == {"predictions": [[100.000008]]}
    for version in ("1", "2", "3"):
        shutil.rmtree(base_path / version)
    server.wait_for_states("m", {"3": "END", "2": "END", "1": "END"})
    answer = server.predict("m", instances=[[212.0]])
    assert (answer.status, answer.error) == (404, "Servable not found for request: Latest(m)")
    add_version(models, base_path, 1)
    server.wait_for_states("m", {"3": "END", "2": "END", "1": "AVAILABLE"})


def test_the_models_follow_the_configuration_file(
    start: Start, models: Path, tmp_path: Path
) -> None:
    """Policies, labels and models follow the file; an invalid file changes nothing."""
    config = tmp_path / "models.config"
    model = f'config {{ name: "a" base_path: "{models}/f2c" %s }}'
    config.write_text(f"model_config_list {{ {model % ''} }}")
    server = start(f"--model_config_file={config}", "--model_config_file_poll_wait_seconds=1")
    server.wait_until_ready()
    assert server.states("a") == {"2": "AVAILABLE"}

    every = "model_version_policy { all {} }"
    config.write_text(f"model_config_list {{ {model % every} }}")
    server.wait_for_states("a", {"2": "AVAILABLE", "1": "AVAILABLE"})
    labelled = every + ' version_labels { key: "stable" value: 1 }'
    other = f'config {{ name: "b" base_path: "{models}/hp2" }}'
    config.write_text(f"model_config_list {{ {model % labelled} {other} }}")
    server.wait_for_states("b", {"124": "AVAILABLE"})
    assert server.predict("a/labels/stable", instances=[[32.0]]).json == {"predictions": [[0.0]]}

    for wrong, message in [
        ("model_config_list { nope }", f"Invalid protobuf file: '{config}'"),
        ("", "Failed to read ModelServerConfig file: "),
        (f"model_config_list {{ {other} {other} }}", "Illegal to list model b multiple times"),
        (
            f"model_config_list {{ {model % labelled.replace('1', '9')} {other} }}",
            "Request to assign label to version 9 of model a, which is not currently",
        ),
    ]:
        config.write_text(wrong)
        server.wait_for_log(message)
    assert server.states("b") == {"124": "AVAILABLE"}

    specific = "model_version_policy { specific { versions: 1 } }"
    config.write_text(f"model_config_list {{ {model % specific} }}")
    server.wait_for_states("b", {"124": "END"})
    server.wait_for_states("a", {"2": "END", "1": "AVAILABLE"})
    config.unlink()
    server.wait_for_log(f"Failed to read ModelServerConfig file: {config}; No such file")
    assert server.predict("a", instances=[[32.0]]).status == 200


def test_a_reload_request_changes_the_models(server: Server, models: Path) -> None:
    """The call waits for new models, and unloads the others."""
    with grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel:
        call = reload({"name": "x", "base_path": f"{models}/hp2"})
        assert send(channel, call).status.error_code == 0
        assert server.states("x") == {"124": "AVAILABLE"}
        server.wait_for_states("m", {"1": "END"})


def send(channel: grpc.Channel, call: Call) -> Any:
    """Send a call and return its response."""
    method = channel.unary_unary(
        f"/{call.method}",
        request_serializer=lambda request: request.SerializeToString(),
        response_deserializer=call.response.FromString,
    )
    return method(call.request, timeout=call.timeout_s)


def write_warmup(version: Path, signature: str) -> None:
    """Record a warm-up request beside a version."""
    request = predict(spec("m", signature), {"fahrenheit": tensor([[1.0]])}).request
    log = prediction_log_pb2.PredictionLog()
    log.predict_log.request.CopyFrom(request)
    extra = version / "assets.extra"
    extra.mkdir()
    with tf.io.TFRecordWriter(str(extra / "tf_serving_warmup_requests")) as writer:
        writer.write(log.SerializeToString())


def test_a_version_must_pass_its_warm_up(server: Server, models: Path, base_path: Path) -> None:
    """A version serves only if its recorded request succeeds."""
    for version, signature in ((2, "nope"), (3, "serving_default")):
        folder = add_version(models, base_path.parent, version)
        write_warmup(folder, signature)
        folder.rename(base_path / str(version))
        server.wait_for_log(f"{{name: m version: {version}}}")
        server.wait_for_states(
            "m",
            {"2": "END", "1": "AVAILABLE"}
            if version == 2
            else {"3": "AVAILABLE", "2": "END", "1": "END"},
        )
    assert 'FAILED_PRECONDITION: Serving signature key "nope" not found.' in server.log


def test_answers_are_tensor_content_on_request(start: Start, base_path: Path) -> None:
    """The flag changes how a response holds its values, not the values."""
    server = start(f"--model_base_path={base_path}", "--enable_serialization_as_tensor_content")
    server.wait_until_ready()
    with grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel:
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        request = predict(spec("default"), {"fahrenheit": tensor([[50.0], [32.0]])}).request
        output = stub.Predict(request).outputs["celsius"]
    assert not output.float_val
    np.testing.assert_allclose(tf.make_ndarray(output), [[10.0], [0.0]])
