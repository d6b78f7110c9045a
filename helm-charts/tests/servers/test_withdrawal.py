"""A pod leaves its Service and ends under load, as one of TensorFlow Serving does."""

import http.client
import itertools
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from .local import PATIENCE_S, free_port
from .test_drain import MOMENT_S, drain

CLIENTS = 16
REQUESTS_PER_CONNECTION = 20
SERVER = """
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        self.send_response(204)
        self.end_headers()
    def log_message(self, *_):
        pass

ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""


class Service:
    """Balances new connections over pods, until one is withdrawn; counts requests that failed."""

    def __init__(self, ports: list[int]) -> None:
        self._ready = list(ports)
        self._turns = itertools.count()
        self._ended = threading.Event()
        self.answered: dict[int, int] = dict.fromkeys(ports, 0)
        self.failed = 0

    def withdraw(self, port: int) -> None:
        """Give the pod no connection any more; those that it has stay."""
        self._ready.remove(port)

    def end(self) -> None:
        """Let the clients end."""
        self._ended.set()

    def ask_on_and_on(self) -> None:
        """Be a client that connects anew from time to time."""
        while not self._ended.is_set():
            ready = list(self._ready)
            port = ready[next(self._turns) % len(ready)]
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
            try:
                for _ in range(REQUESTS_PER_CONNECTION):
                    connection.request("GET", "/")
                    connection.getresponse().read()
                    self.answered[port] += 1
            except (OSError, http.client.HTTPException):
                self.failed += 1
            finally:
                connection.close()


@pytest.fixture
def pods() -> Iterator[dict[int, subprocess.Popen[bytes]]]:
    """Two servers that SIGTERM ends at once, by their ports."""
    ports = [free_port(), free_port()]
    running = {port: subprocess.Popen([sys.executable, "-c", SERVER, str(port)]) for port in ports}
    wait_until(lambda: all(map(is_open, ports)))
    yield running
    for process in running.values():
        process.kill()
        process.wait()


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def service(pods: dict[int, subprocess.Popen[bytes]]) -> Iterator[Service]:
    service = Service(list(pods))
    clients = [threading.Thread(target=service.ask_on_and_on, daemon=True) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    wait_until(lambda: all(service.answered.values()))
    yield service
    service.end()
    for client in clients:
        client.join()


def everybody_has_moved(service: Service, port: int) -> None:
    """Wait until all clients have had the time to notice that a pod is gone."""
    enough = service.answered[port] + CLIENTS * REQUESTS_PER_CONNECTION
    wait_until(lambda: service.answered[port] >= enough)


def test_clients_that_connect_anew_lose_no_request(
    pods: dict[int, subprocess.Popen[bytes]], service: Service
) -> None:
    leaving, staying = pods
    service.withdraw(leaving)
    assert drain(leaving, withdrawal_s=MOMENT_S).wait(PATIENCE_S) == 0
    pods[leaving].terminate()
    pods[leaving].wait(PATIENCE_S)
    everybody_has_moved(service, staying)
    assert service.failed == 0


def test_without_a_drain_they_would(
    pods: dict[int, subprocess.Popen[bytes]], service: Service
) -> None:
    """The test above can fail: under the same load a server that just ends loses requests."""
    leaving, staying = pods
    service.withdraw(leaving)
    pods[leaving].kill()
    everybody_has_moved(service, staying)
    assert service.failed > 0
