"""The servers as their charts start them, asked as `helm test` asks."""

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from ..support.helm import Helm
from ..support.manifests import Manifest, read_manifests
from ..support.scenarios import CHART, alone
from .local import PATIENCE_S, TARGETS, free_port, program, served

Smoke = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def smoke(helm: Helm, tmp_path: Path) -> Smoke:
    """Run the chart's own script with the chart's own files, as a smoke pod does."""
    python = program("load-tests", "python")

    def ask(name: str, port: int, patience_s: int = 0) -> subprocess.CompletedProcess[str]:
        values = alone(TARGETS[name]["chart"])
        for manifest in read_manifests(helm.template(CHART, values=values)):
            if manifest["kind"] == "ConfigMap":
                for file, text in manifest["data"].items():
                    (tmp_path / file).write_text(text)
        command = [python, str(tmp_path / "smoke.py"), name, f"127.0.0.1:{port}", str(patience_s)]
        return subprocess.run(
            command, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )

    return ask


class Zero(BaseHTTPRequestHandler):
    """Says that everything is 0 °C."""

    def do_GET(self) -> None:
        """Answer."""
        body = b'{"celsius": "0.000000"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(params=[0, 2], ids=["at-once", "later"])
def wrong(request: pytest.FixtureRequest) -> Iterator[int]:
    """The port of a server whose answers are wrong, and which takes connections after some s."""
    with HTTPServer(("127.0.0.1", 0), Zero, bind_and_activate=False) as server:
        server.server_bind()

        def serve() -> None:
            server.server_activate()
            server.serve_forever()

        timer = threading.Timer(request.param, serve)
        timer.start()
        yield server.server_port
        server.shutdown()
        timer.join()


def wait_until_healthy(url: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            with urlopen(url, timeout=5):
                return
        except (URLError, ConnectionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


@pytest.mark.slow
@pytest.mark.parametrize("chart", sorted({target["chart"] for target in TARGETS.values()}))
def test_rendered_server_gives_right_answers_to_each_of_its_targets(
    helm: Helm, smoke: Smoke, chart: str
) -> None:
    """Arguments and environment start what passes `helm test` and what SIGTERM ends."""
    names = [name for name, target in TARGETS.items() if target["chart"] == chart]
    ports = {port: free_port() for port in TARGETS[names[0]]["ports"]}
    server: Manifest = {"drainSeconds": 0}
    if "grpc" in ports:
        server["extraArgs"] = [f"--port={ports['grpc']}"]
    values = {"service": {"targetPort": ports["http"]}, "server": server}
    with served(helm, names[0], values) as process:
        wait_until_healthy(f"http://127.0.0.1:{ports['http']}{TARGETS[names[0]]['health']}")
        for name in names:
            asked = smoke(name, ports[TARGETS[name]["request"].get("port", "http")])
            assert (asked.returncode, asked.stderr) == (0, "")
            assert "451 °F is 232.7777" in asked.stdout
    assert process.returncode == 0


def test_smoke_fails_where_nobody_answers(smoke: Smoke) -> None:
    port = free_port()
    asked = smoke("converter-api", port)
    assert asked.returncode == 1
    assert asked.stderr == (
        f"converter-api at http://127.0.0.1:{port}: no connection: Connection refused\n"
    )


def test_smoke_fails_where_the_answer_is_wrong(smoke: Smoke, wrong: int) -> None:
    """Where nobody answers yet it asks again."""
    asked = smoke("converter-api", wrong, PATIENCE_S)
    assert asked.returncode == 1
    assert asked.stderr == "expected 232.777778 °C, within 0.0001\n"
