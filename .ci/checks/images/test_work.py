"""The images of commands: each does its work, with a root that it can't write to."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Engine

pytestmark = pytest.mark.docker

MEASURED = (0, 3)
"""Exit codes of a measurement: on a busy machine it is invalid, and its report tells of that."""
Image = Callable[[str], str]


@pytest.mark.slow
def test_model_is_exported(engine: Engine, image: Image, writable: Path) -> None:
    engine.run("--network=none", f"--volume={writable}:/model", image("tf-model"))
    assert (writable / "celsiusify/1/saved_model.pb").exists()


@pytest.mark.slow
def test_load_drives_the_converter_and_the_report_tells_of_it(
    engine: Engine, image: Image, network: str, writable: Path, root: Path
) -> None:
    """Load goes over a network of the two alone; the report needs none."""
    for name in ("targets.yaml", "reference-points.csv"):
        shutil.copy(root / name, writable)
    work = f"--volume={writable}:/work"
    with engine.healthy(f"--network={network}", image("converter-api")) as converter:
        host = engine.inspect("container", converter)["Config"]["Hostname"]
        load = ("run", "converter-api", f"--host=http://{host}:8080", "--profile=quick")
        less = ("--users=5", "--run-time=3s", "--warm-up=1s", "--no-calibration")
        engine.run(f"--network={network}", work, image("load-tests"), *load, *less, codes=MEASURED)
    engine.run("--network=none", work, image("reporting"), codes=MEASURED)
    (report,) = writable.glob("results/*/report.pdf")
    assert report.read_bytes().startswith(b"%PDF")
    run = report.parent / "run.json"
    assert run.stat().st_uid == 65532
    built_from = engine.inspect("image", image("load-tests"))["Config"]["Labels"]
    commit = built_from["org.opencontainers.image.revision"].removesuffix("-dirty")
    assert json.loads(run.read_text())["git"]["commit"] == commit


def test_converter_tells_what_serves(engine: Engine, image: Image) -> None:
    """By the command that the chart names to whoever asks in a pod."""
    name = image("converter-api")
    command = ("--entrypoint=celsiusify-converter-api", name, "describe")
    told = json.loads(engine.run("--network=none", "--env=CELSIUSIFY_WORKERS=3", *command))
    assert told["engine"] == "gunicorn"
    assert told["settings"]["workers"] == 3


def test_server_answers(engine: Engine, image: Image, network: str) -> None:
    """It needs the real TensorFlow Serving: a stand-in of the base image has no server."""
    name = image("tf-serving-image")
    if engine.inspect("image", name)["Config"]["Labels"].get("celsiusify.stand-in") == "true":
        pytest.skip(f"{name} was built from a stand-in that has no server")
    with engine.healthy(f"--network={network}", name) as server:
        ask = (
            "exec 3<>/dev/tcp/127.0.0.1/8501;"
            "body='{\"instances\": [451]}';"
            'printf "POST /v1/models/celsiusify:predict HTTP/1.0\\r\\n'
            'Content-Length: ${#body}\\r\\n\\r\\n$body" >&3; cat <&3'
        )
        assert "232.77" in engine("exec", server, "bash", "-c", ask)
        told = json.loads(engine("exec", server, "celsiusify-tf-serving", "describe"))
        assert told["engine"] == "tensorflow_model_server"


def test_server_is_started_with_its_model(engine: Engine, image: Image) -> None:
    """The model and the configuration that the flags name are there for the image's user."""
    name = image("tf-serving-image")
    flags = engine.inspect("image", name)["Config"]["Entrypoint"][1:]
    paths = [flag.partition("=")[2] for flag in flags if "_path=" in flag or "_file=" in flag]
    read = ("-c", 'find "$@" -type f -readable', "find", *paths)
    listed = engine.run("--network=none", "--entrypoint=bash", name, *read).splitlines()
    assert len(paths) == 2
    assert {"/config/monitoring.config", "/models/celsiusify/1/saved_model.pb"} <= {*listed}
