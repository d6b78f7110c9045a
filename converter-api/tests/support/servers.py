"""Real servers on free ports, as the tests use them."""

import csv
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

COMMAND = [sys.executable, "-m", "celsiusify_converter_api"]
PATIENCE_S = 30
"""How long a test waits for what must happen: a guard against hanging, no claim about speed."""


def reference_points() -> list[tuple[str, str]]:
    """Read the pairs of °F and °C, as text, that every subproject is checked against."""
    path = Path(__file__).parents[3] / "reference-points.csv"
    with path.open(newline="") as lines:
        return [(row["fahrenheit"], row["celsius"]) for row in csv.DictReader(lines)]


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Wait for a condition, and fail where it doesn't come true."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"waited too long: {what}"
        time.sleep(0.02)


@dataclass
class Answer:
    """An answer, read whole."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        """The body's JSON value."""
        return json.loads(self.body)


class Server:
    """A running instance.

    Attributes:
        process: gunicorn's master.
        port: The port it listens on, at 127.0.0.1.
        access_log: Where its stdout goes.
        messages: Where its stderr goes.
    """

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self.port = free_port()
        self.worker_count = int(settings["CELSIUSIFY_WORKERS"])
        self.access_log = folder / f"{self.port}.out"
        self.messages = folder / f"{self.port}.err"
        with self.access_log.open("wb") as out, self.messages.open("wb") as err:
            self.process = subprocess.Popen(
                [*COMMAND, "serve"],
                env=environment(PORT=self.port, **settings),
                stdout=out,
                stderr=err,
            )
        wait_until(self.is_ready, "the server's start")

    def is_ready(self) -> bool:
        """Whether it takes traffic, with all its workers."""
        assert self.process.poll() is None, self.messages.read_text()
        try:
            return self.get("/readyz").status == 200 and len(self.workers()) == self.worker_count
        except ConnectionRefusedError:
            return False

    def connect(self) -> http.client.HTTPConnection:
        """Open a connection of one's own."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)

    def open_socket(self) -> socket.socket:
        """Open a connection for whatever bytes."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S)

    def get(self, path: str, **headers: str) -> Answer:
        """Ask over a new connection."""
        connection = self.connect()
        try:
            return ask(connection, path, **headers)
        finally:
            connection.close()

    def identifier(self) -> str:
        """Ask which instance answers."""
        return str(self.get("/convert/?fahrenheit=451").json["app_identifier"])

    def workers(self) -> list[psutil.Process]:
        """List its worker processes."""
        return list(psutil.Process(self.process.pid).children())

    @contextmanager
    def only(self, worker: psutil.Process) -> Iterator[None]:
        """Have one worker answer everything, by suspending the others."""
        others = [other for other in self.workers() if other.pid != worker.pid]
        for other in others:
            other.suspend()
        try:
            yield
        finally:
            for other in others:
                other.resume()

    def terminate(self) -> None:
        """Ask it to stop."""
        self.process.send_signal(signal.SIGTERM)

    def wait(self) -> int:
        """Wait until it has stopped, without a complaint, and return its exit code."""
        code = self.process.wait(PATIENCE_S)
        messages = self.messages.read_text()
        assert "ERROR" not in messages, messages
        return code

    def access_entries(self) -> list[dict[str, Any]]:
        """Read the access log, of which each line must be a JSON object."""
        return [json.loads(line) for line in self.access_log.read_text().splitlines()]


def ask(connection: http.client.HTTPConnection, path: str, **headers: str) -> Answer:
    """Ask over an open connection; `X_Y="z"` is sent as the header `X-Y: z`."""
    connection.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    response = connection.getresponse()
    return Answer(response.status, response.headers, response.read())


def free_port() -> int:
    """Find a port that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def environment(**settings: str | int) -> dict[str, str]:
    """Make an environment that has these settings and no others of ours."""
    kept = {k: v for k, v in os.environ.items() if k != "PORT" and not k.startswith("CELSIUSIFY_")}
    return kept | {"CELSIUSIFY_HOST": "127.0.0.1"} | {k: str(v) for k, v in settings.items()}


def run_command(*arguments: str, **settings: str | int) -> subprocess.CompletedProcess[str]:
    """Run `celsiusify-converter-api` to its end."""
    return subprocess.run(
        [*COMMAND, *arguments],
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


StartServer = Callable[..., Server]
