"""Embedded servers for the tests, and requests to them."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from . import fork_server

START_S = 60
STOP_S = 20
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}

MODELS_CONFIG = """
model_config_list {{
  config {{ name: "f2c" base_path: "{models}/f2c" model_version_policy {{ all {{}} }} }}
  config {{ name: "hp2" base_path: "{models}/hp2" model_version_policy {{ all {{}} }} }}
  config {{ name: "types" base_path: "{models}/types" model_platform: "tensorflow" }}
}}
"""


def free_port() -> int:
    """Return a port on which no process listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@dataclass(frozen=True)
class Answer:
    """An answer over HTTP."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def error(self) -> str:
        """The message of an error."""
        message: str = self.json["error"]
        return message


class Process(Protocol):
    """A server's process, as `subprocess.Popen` has it."""

    def poll(self) -> int | None:
        """Return the exit code, or None while the process runs."""

    def send_signal(self, sig: int) -> None:
        """Send a signal."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end and return the exit code."""

    def kill(self) -> None:
        """Kill the process."""


class ForkedProcess:
    """A process of the fork server, which isn't a child of this process."""

    def __init__(self, pid: int, log: Path) -> None:
        self.pid = pid
        self._exit_file = log.with_suffix(".exit")

    def poll(self) -> int | None:
        """Return the exit code, or None while the process runs."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return int(self._exit_file.read_text()) if self._exit_file.exists() else -1
        return None

    def send_signal(self, sig: int) -> None:
        """Send a signal."""
        os.kill(self.pid, sig)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end and return the exit code."""
        deadline = time.monotonic() + (timeout or STOP_S)
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired("a forked server", timeout or STOP_S)
            time.sleep(0.02)
        return code

    def kill(self) -> None:
        """Kill the process."""
        os.kill(self.pid, signal.SIGKILL)


class ForkServer:
    """The process that forks servers; see `fork_server`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, fork_server.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **QUIET},
        )

    def launch(self, flags: Sequence[str], log: Path) -> Process:
        """Fork a server."""
        assert self._process.stdin
        assert self._process.stdout
        log.touch()
        self._process.stdin.write(json.dumps([str(log), list(flags)]) + "\n")
        self._process.stdin.flush()
        return ForkedProcess(int(self._process.stdout.readline()), log)

    def close(self) -> None:
        """Stop the process."""
        self._process.communicate()


def launch_process(flags: Sequence[str], log: Path) -> Process:
    """Start a server in a new process."""
    command = [sys.executable, "-m", "celsiusify_tf_serving.embedded", *flags]
    with log.open("w") as output:
        return subprocess.Popen(command, stdout=output, stderr=output, env={**os.environ, **QUIET})


class Server:
    """A server in another process, with REST and gRPC on free ports."""

    def __init__(
        self,
        folder: Path,
        *flags: str,
        launch: Callable[[Sequence[str], Path], Process] = launch_process,
    ) -> None:
        self.rest_port, self.grpc_port = free_port(), free_port()
        self._log = folder / f"server-{self.rest_port}.log"
        ports = [f"--rest_api_port={self.rest_port}", f"--port={self.grpc_port}"]
        self.process = launch([*ports, *flags], self._log)

    @property
    def log(self) -> str:
        """The text that the server has written."""
        return self._log.read_text()

    def wait_for_log(self, text: str, seconds: float = START_S) -> None:
        """Wait until the server has written `text`."""
        deadline = time.monotonic() + seconds
        while text not in self.log:
            assert time.monotonic() < deadline, (
                f"{text!r} is not in the log after {seconds} s:\n{self.log}"
            )
            assert self.process.poll() is None, f"the server has ended:\n{self.log}"
            time.sleep(0.05)

    def wait_until_ready(self) -> None:
        """Wait until the server takes REST requests."""
        self.wait_for_log("Exporting HTTP/REST API")

    def request(
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.rest_port, timeout=30)
        try:
            connection.request(method, target, body, dict(headers or {}))
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def predict(self, model: str, **document: Any) -> Answer:
        """Send a predict request to a model or, as `m/versions/1`, a version."""
        return self.request("POST", f"/v1/models/{model}:predict", json.dumps(document).encode())

    def wait_for_states(self, model: str, expected: Mapping[str, str], seconds: float = 20) -> None:
        """Wait until a model's versions are in these states."""
        deadline = time.monotonic() + seconds
        while (states := self.states(model)) != expected:
            assert time.monotonic() < deadline, f"{model} is {states}, not {expected}:\n{self.log}"
            time.sleep(0.05)

    def states(self, model: str) -> dict[str, str]:
        """Return the state of each version of a model."""
        answer = self.request("GET", f"/v1/models/{model}").json
        return {
            status["version"]: status["state"] for status in answer.get("model_version_status", [])
        }

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Stop the server and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


Start = Callable[..., Server]
"""A function that starts a server with flags."""
