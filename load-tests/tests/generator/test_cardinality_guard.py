import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

TIMEOUT_S = 30
LOCUSTFILE = """
from random import random

from locust import FastHttpUser, constant, task

from celsiusify_load_tests.generator.cardinality_guard import guard_names

guard_names()


class SomebodysUser(FastHttpUser):
    wait_time = constant(0.01)

    @task
    def convert(self):
        self.client.get(f"/convert/?fahrenheit={1000 * random()}", NAME)
"""


class Handler(BaseHTTPRequestHandler):
    """Answers anything."""

    def do_GET(self) -> None:
        """Answer nothing much."""
        self.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n")

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    """Where a server answers."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def run(folder: Path, url: str, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "locustfile.py").write_text(LOCUSTFILE.replace("NAME", name))
    common = ["--headless", "--only-summary", "--users=2", "--spawn-rate=2", f"--host={url}"]
    return subprocess.run(
        [sys.executable, "-m", "locust", *common, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )


def test_a_run_with_ever_new_names_is_stopped(tmp_path: Path, url: str) -> None:
    """Without an end of its own, a locustfile that names no request ends with what to do."""
    finished = run(tmp_path, url, "name=None")
    assert finished.returncode == 2
    told = [line for line in finished.stderr.splitlines() if line.startswith("stopped: ")]
    assert len(told) == 1
    assert "different request names so far, like '/convert/?fahrenheit=" in told[0]
    assert "name=" in told[0]


def test_workers_are_stopped_by_their_master(tmp_path: Path, url: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ports = (f"--master-bind-port={port}", f"--master-port={port}")
    finished = run(tmp_path, url, "name=None", "--processes=2", *ports)
    assert finished.returncode == 2
    assert "different request names" in finished.stderr


def test_a_run_with_one_name_goes_on_to_its_end(tmp_path: Path, url: str) -> None:
    finished = run(tmp_path, url, "name='/convert/'", "--run-time=2")
    assert (finished.returncode, "stopped: " in finished.stderr) == (0, False)
