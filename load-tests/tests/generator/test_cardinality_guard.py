import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

TIMEOUT_S = 30
LOCUSTFILE = """
from random import random

from locust import FastHttpUser, constant, task

from celsiusify_load_tests.generator.cardinality_guard import guard_names

guard_names()


class CustomUser(FastHttpUser):
    wait_time = constant(0.01)

    @task
    def convert(self):
        self.client.get(f"/convert/?fahrenheit={1000 * random()}", NAME)
"""


class Handler(BaseHTTPRequestHandler):
    """A handler that answers any request."""

    def do_GET(self) -> None:
        """Answer without a body."""
        self.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n")

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    """The URL of a server that answers any request."""
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


def test_a_run_with_too_many_names_is_stopped(tmp_path: Path, url: str) -> None:
    """A locustfile with unnamed requests and no end is stopped with advice."""
    finished = run(tmp_path, url, "name=None")
    assert finished.returncode == 2
    messages = [line for line in finished.stderr.splitlines() if line.startswith("stopped: ")]
    assert len(messages) == 1
    assert "different request names, such as '/convert/?fahrenheit=" in messages[0]
    assert "name=" in messages[0]


def test_workers_are_stopped_by_their_master(tmp_path: Path, url: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ports = (f"--master-bind-port={port}", f"--master-port={port}")
    finished = run(tmp_path, url, "name=None", "--processes=2", *ports)
    assert finished.returncode == 2
    assert "different request names" in finished.stderr


def test_a_run_with_one_name_runs_to_its_end(tmp_path: Path, url: str) -> None:
    finished = run(tmp_path, url, "name='/convert/'", "--run-time=2")
    assert (finished.returncode, "stopped: " in finished.stderr) == (0, False)
