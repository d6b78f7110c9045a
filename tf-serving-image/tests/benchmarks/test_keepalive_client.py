"""The benchmark's own client, for machines without wrk."""

import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

CLIENT = Path(__file__).parents[2] / "benchmarks" / "keepalive_client.py"
CONNECTIONS = 4
REQUEST = b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n"


class _Server(http.server.ThreadingHTTPServer):
    """A server that counts connections and requests."""

    connections = 0
    requests = 0


class _Handler(http.server.BaseHTTPRequestHandler):
    """Handler that answers `/` with 200 and other paths with 404, and keeps connections open."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_GET(self) -> None:
        self.server.requests += 1
        self.send_response(200 if self.path == "/" else 404)
        self.send_header("content-length", "4")
        self.end_headers()
        self.wfile.write(b"here")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002, its own name
        pass


@pytest.fixture
def server() -> Iterator[_Server]:
    with _Server(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def run(server: _Server, path: bytes) -> subprocess.CompletedProcess[bytes]:
    options = ["127.0.0.1", str(server.server_port), str(CONNECTIONS), "0.5"]
    return subprocess.run(
        [sys.executable, CLIENT, *options], input=REQUEST % path, capture_output=True, check=False
    )


def test_client_keeps_its_connections_and_counts_complete_answers(server: _Server) -> None:
    """The reported number is the number of the server's requests, without those in flight."""
    done = run(server, b"/")
    answers = float(done.stdout) * 0.5

    assert server.connections == CONNECTIONS
    assert answers > CONNECTIONS
    assert server.requests / 2 < answers <= server.requests


def test_client_refuses_to_count_errors(server: _Server) -> None:
    done = run(server, b"/nowhere")

    assert done.returncode != 0
    assert b"404" in done.stderr
    assert done.stdout == b""
