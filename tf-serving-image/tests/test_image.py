"""The image: its Dockerfile, and the built image in a container engine."""

import http.server
import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from celsiusify_tf_serving import settings
from celsiusify_tf_serving.cli.verbs import IMAGE
from celsiusify_tf_serving.engines import container, process
from celsiusify_tf_serving.settings import GRPC_PORT, REST_API_PORT

from .support.machine import Machine, read_when

SUBPROJECT = Path(__file__).parents[1]
DOCKERFILE = SUBPROJECT / "Dockerfile"
VERSIONS = SUBPROJECT.parent / "versions.env"
DOCKER = shutil.which("docker") or "docker"

needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="no bash on the PATH")


def instruction(name: str) -> list[str]:
    """Read the JSON list of a Dockerfile's instruction."""
    text = DOCKERFILE.read_text().replace("\\\n", "")
    (words,) = re.findall(rf"^{name}\b[^\[\n]*(\[.*\])$", text, re.MULTILINE)
    return [str(word) for word in json.loads(words)]


def test_image_and_command_agree_on_ports_and_folders() -> None:
    """The container engine publishes and mounts the ports and folders of the image's server."""
    program, *flags = instruction("ENTRYPOINT")

    assert program == "tensorflow_model_server"
    assert flags == [
        f"--port={GRPC_PORT}",
        f"--rest_api_port={REST_API_PORT}",
        "--model_name=celsiusify",
        f"--model_base_path={container.MODELS_DIR / 'celsiusify'}",
        f"--monitoring_config_file={container.CONFIG_DIR / settings.MONITORING}",
    ]


def test_shipped_configuration_is_what_is_copied() -> None:
    names = {path.name for path in settings.CONFIG_DIR.iterdir()}

    assert names == {settings.MONITORING, settings.BATCHING}
    assert "COPY src/celsiusify_tf_serving/config /config" in DOCKERFILE.read_text()
    assert settings.CONFIG_DIR == SUBPROJECT / "src/celsiusify_tf_serving/config"


def test_image_runs_as_a_numbered_user_that_is_not_root() -> None:
    """Kubernetes can check `runAsNonRoot` only for a number."""
    (user,) = re.findall(r"^USER (\d+):\d+$", DOCKERFILE.read_text(), re.MULTILINE)

    assert int(user) > 0


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[int]:
    """The port of a server that answers with the requested status and text."""
    status, text = request.param

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_known = self.path == "/v1/models/celsiusify"
            self.send_response(status if is_known else 404)
            self.end_headers()
            self.wfile.write(text.encode() if is_known else b"")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002, its own name
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as http_server:
        thread = threading.Thread(target=http_server.serve_forever)
        thread.start()
        yield http_server.server_port
        http_server.shutdown()
        thread.join()


@needs_bash
@pytest.mark.parametrize(
    ("server", "healthy"),
    [
        ((200, '{"state": "AVAILABLE"}'), True),
        ((200, '{"state": "END"}'), False),
        ((404, '{"error": "..."}'), False),
    ],
    indirect=["server"],
)
def test_health_check_passes_once_the_model_is_loaded(server: int, healthy: bool) -> None:
    command = [word.replace(str(REST_API_PORT), str(server)) for word in instruction("HEALTHCHECK")]
    done = subprocess.run(command, timeout=20, check=False)

    assert (done.returncode == 0) == healthy


@pytest.fixture
def base(tmp_path: Path) -> Callable[[str], dict[str, str]]:
    """A function that makes the environment of an image whose server prints a text."""

    def make(output: str) -> dict[str, str]:
        program = tmp_path / "tensorflow_model_server"
        program.write_text(f"#!/bin/sh\nprintf '{output}'\n")
        program.chmod(0o755)
        return {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}

    return make


def describe(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(SUBPROJECT / "describe"), *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=20, check=False)


@needs_bash
def test_image_describes_the_server_as_the_command_does(
    base: Callable[[str], dict[str, str]],
) -> None:
    env = base(r"TensorFlow ModelServer: 2.20.0-rc1+dev\nTensorFlow Library: 2.20.0\n")
    assert json.loads(describe(env, "describe").stdout) == {
        "engine": process.PROGRAM,
        "version": "2.20.0-rc1+dev",
        "reason": "it is in the image",
        "caveat": None,
        "settings": {},
    }


@needs_bash
def test_image_whose_server_prints_no_version_describes_nothing(
    base: Callable[[str], dict[str, str]],
) -> None:
    """A stand-in of the base has no server."""
    done = describe(base("usage: …"), "describe")
    assert (done.returncode, done.stdout) == (1, "")


@needs_bash
def test_image_only_describes(base: Callable[[str], dict[str, str]]) -> None:
    done = describe(base(""), "serve")
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "celsiusify-tf-serving: got 'serve'; expected describe, the only verb in the image"
    ]


# The tests below need a real container engine.


def docker(*arguments: str) -> str:
    return subprocess.check_output(
        [DOCKER, *arguments], text=True, stderr=subprocess.PIPE, timeout=120
    )


def has_image(name: str) -> bool:
    try:
        docker("image", "inspect", name)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The image with a model of one file, built on the pinned base if this machine has the base.

    The image's label says that it isn't a stand-in, so that the command starts it.
    """
    versions = dict(re.findall(r"^(\w+)=(.*)$", VERSIONS.read_text(), re.MULTILINE))
    # BuildKit keeps the bases of built images, but doesn't list them.
    names = (versions["TENSORFLOW_SERVING_IMAGE"], f"{IMAGE}:{versions['VERSION']}")
    if not any(map(has_image, names)):
        pytest.skip(f"no container engine answers that has the image {' or '.join(names)}")
    context = tmp_path_factory.mktemp("context")
    for name in ("Dockerfile", "describe", "src", ".dockerignore"):
        copy = shutil.copytree if (SUBPROJECT / name).is_dir() else shutil.copy
        copy(SUBPROJECT / name, context / name)
    (context / "model/celsiusify/1").mkdir(parents=True)
    (context / "model/celsiusify/1/saved_model.pb").touch()
    tag = f"{IMAGE}:test-{os.getpid()}"
    arguments = [f"--build-arg={name}={value}" for name, value in versions.items()]
    docker("build", *arguments, "--label=celsiusify.stand-in=false", "-t", tag, str(context))
    yield tag
    docker("rmi", "--force", tag)


@pytest.mark.docker
def test_built_image_holds_model_and_configuration(image: str) -> None:
    listed = docker("run", "--rm", "--entrypoint=find", image, "/models", "/config", "-type", "f")
    user = docker("run", "--rm", "--read-only", "--entrypoint=id", image, "-u")

    assert sorted(listed.split()) == [
        "/config/batching.config",
        "/config/monitoring.config",
        "/models/celsiusify/1/saved_model.pb",
    ]
    assert int(user) > 0


@pytest.mark.docker
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_container_serves_until_the_signal_and_is_gone(
    machine: Machine, image: str, number: signal.Signals
) -> None:
    """A real engine reports the id of a process of this machine, and removes the container."""
    machine.add("docker", f'#!/bin/sh\nexec {DOCKER} "$@"\n')
    pid_file = machine.bin / "pid"
    options = (f"--image={image}", "--rest_api_port=0", "--port=0", f"--pid_file={pid_file}")
    with machine.serving("--engine=container", *options) as process:
        pid = int(read_when(pid_file))
        assert Path(f"/proc/{pid}").exists()

        process.send_signal(number)
        assert process.wait(30) == 128 + number
        named = docker("ps", "--all", "--quiet", f"--filter=name=serving-{process.pid}$")
        assert named == ""
        deadline_s = time.monotonic() + 10
        while Path(f"/proc/{pid}").exists():
            assert time.monotonic() < deadline_s
            time.sleep(0.1)
