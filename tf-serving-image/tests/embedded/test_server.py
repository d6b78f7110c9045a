"""The server's start, its errors and its stop."""

import signal
import socket
import threading
import time
from pathlib import Path

import pytest

from celsiusify_tf_serving.embedded import main

from ..support.embedded_server import Answer, Start, free_port


def write(path: Path, text: str) -> str:
    """Write a file and return its path."""
    path.write_text(text)
    return str(path)


BAD_CONFIG = "model_config_list { nope }"
LABELS = """
model_config_list {{
  config {{ name: "hp2" base_path: "{models}/hp2" version_labels {{ key: "x" value: 124 }} }}
}}
"""
SIZES = "max_batch_size { value: 8 } allowed_batch_sizes: 4"


@pytest.mark.parametrize(
    ("flags", "text", "message"),
    [
        (
            ["--model_base_path=models/f2c"],
            "",
            "INVALID_ARGUMENT: Expected model default to have an absolute path or URI;"
            " got base_path()=models/f2c",
        ),
        (
            ["--model_base_path={models}/f2c", "--batching_parameters_file=x"],
            "",
            "INVALID_ARGUMENT: server_options.batching_parameters_file is set without setting"
            " server_options.enable_batching to true.",
        ),
        (
            ["--model_config_file=/nonexistent"],
            "",
            "NOT_FOUND: /nonexistent; No such file or directory",
        ),
        (
            ["--model_config_file={file}"],
            BAD_CONFIG,
            "INVALID_ARGUMENT: Invalid protobuf file: '{file}'",
        ),
        (
            ["--model_base_path={broken}", "--max_num_load_retries=0"],
            "",
            "UNKNOWN: 1 servable(s) did not become available: {{{{{{name: default version: 3}} due"
            " to error: OUT_OF_RANGE: Read less bytes than requested}}, }}",
        ),
        (
            [
                "--model_base_path={models}/f2c",
                "--enable_batching",
                "--batching_parameters_file={file}",
            ],
            SIZES,
            "INVALID_ARGUMENT: Last entry in allowed_batch_sizes must match max_batch_size;"
            " last entry was 4; expected 8",
        ),
        (
            ["--model_config_file={file}"],
            LABELS,
            "FAILED_PRECONDITION: Request to assign label to version 124 of model hp2, which is"
            " not currently available for inference",
        ),
    ],
)
def test_an_invalid_start_is_explained(
    flags: list[str],
    text: str,
    message: str,
    models: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each failure prints one line with the real server's code and message, and exits with 255."""
    broken = tmp_path / "broken" / "3"
    broken.mkdir(parents=True)
    (broken / "saved_model.pb").write_bytes(b"\x0a\xff\x01")
    file = tmp_path / "file"
    file.write_text(text.format(models=models) if text is LABELS else text)
    names = {"models": models, "broken": broken.parent, "file": file}
    assert main([flag.format(**names) for flag in flags]) == 255
    expected = f"Failed to start server. Error: {message.format(**names)}\n"
    assert capsys.readouterr().out == expected


def test_waits_for_a_first_version(start: Start, models: Path, tmp_path: Path) -> None:
    """Without a version, the server logs that and opens no port; SIGINT ends the wait."""
    base_path = tmp_path / "later"
    server = start(f"--model_base_path={base_path}")
    server.wait_for_log(f"Could not find base path {base_path} for servable default")
    base_path.mkdir()
    server.wait_for_log(f"No versions of servable default found under base path {base_path}.")
    with pytest.raises(ConnectionRefusedError):
        server.request("GET", "/v1/models/default")
    (base_path / "1").symlink_to(models / "f2c" / "1")
    server.wait_until_ready()
    assert server.states("default") == {"1": "AVAILABLE"}
    assert server.stop(signal.SIGINT) == 0


def test_grpc_runs_alone_if_rest_has_no_port(start: Start, models: Path) -> None:
    """A port that is in use, or is gRPC's port, is logged."""
    base_path = f"--model_base_path={models}/f2c"
    shared = free_port()
    same = start(base_path, f"--rest_api_port={shared}", f"--port={shared}")
    off = start(base_path, "--rest_api_port=0")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        busy = start(base_path, f"--rest_api_port={port}")
        busy.wait_for_log(f"Failed to start HTTP Server at localhost:{port}")
    same.wait_for_log("rest_api_port cannot be same as grpc port")
    off.wait_for_log("Running gRPC ModelServer")
    assert [server.stop() for server in (busy, same, off)] == [0, 0, 0]
    assert "Exporting HTTP" not in busy.log + same.log + off.log


def test_sigterm_waits_for_requests_in_flight(start: Start, models: Path) -> None:
    """A request in flight gets its answer, and the server ends with 0."""
    server = start(f"--model_base_path={models}/types", "--rest_api_timeout_in_ms=2000")
    server.wait_until_ready()
    answers: list[Answer] = []

    def predict_slowly() -> None:
        answers.append(server.predict("default", signature_name="slow", instances=[1.0]))

    thread = threading.Thread(target=predict_slowly)
    thread.start()
    time.sleep(0.5)
    assert server.stop() == 0
    thread.join()
    assert answers[0].status in (200, 504)


def test_a_slow_model_does_not_delay_others(start: Start, models: Path, tmp_path: Path) -> None:
    """Other models answer during slow runs, with CORS headers if a flag enables them."""
    config = write(
        tmp_path / "models.config",
        f'model_config_list {{ config {{ name: "types" base_path: "{models}/types" }}'
        f' config {{ name: "f2c" base_path: "{models}/f2c" }} }}',
    )
    server = start(
        f"--model_config_file={config}",
        "--rest_api_timeout_in_ms=3000",
        "--rest_api_enable_cors_support",
    )
    server.wait_until_ready()
    slow: list[Answer] = []

    def predict_slowly() -> None:
        slow.append(server.predict("types", signature_name="slow", instances=[1.0]))

    threads = [threading.Thread(target=predict_slowly) for _ in range(3)]
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    answers = [server.predict("f2c", instances=[[212.0]]) for _ in range(5)]
    assert not slow
    assert {answer.status for answer in answers} == {200}
    assert answers[0].headers["access-control-allow-origin"] == "*"
    for thread in threads:
        thread.join()
    assert [(answer.status, answer.error) for answer in slow] == [
        (504, "Timed out waiting for notification")
    ] * 3


def test_batching_parameters_are_followed(start: Start, models: Path, tmp_path: Path) -> None:
    """Requests that break the rules are refused; other requests are padded."""
    parameters = "max_batch_size { value: 4 } allowed_batch_sizes: 4"
    file = write(tmp_path / "batching", parameters)
    server = start(
        f"--model_base_path={models}/f2c", "--enable_batching", f"--batching_parameters_file={file}"
    )
    server.wait_until_ready()
    too_big = server.predict("default", instances=[[1.0]] * 5)
    assert (too_big.status, too_big.error) == (
        400,
        "Task size 5 is larger than maximum input batch size 4",
    )
    scalar = server.predict("default", inputs=1.0)
    assert scalar.error == "Batching Run() input tensors must have at least one dimension"
    fits = server.predict("default", instances=[[212.0], [32.0]])
    assert fits.json == {"predictions": [[100.000008], [0.0]]}
