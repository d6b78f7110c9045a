"""Starts the real server for tests, and speaks to it."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
    """Return a port that nobody listens on."""
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


class Server:
    """A server in a process of its own, with REST and gRPC on free ports."""

    def __init__(self, folder: Path, *flags: str) -> None:
        self.rest_port, self.grpc_port = free_port(), free_port()
        self._log = folder / f"server-{self.rest_port}.log"
        ports = [f"--rest_api_port={self.rest_port}", f"--port={self.grpc_port}"]
        command = [sys.executable, "-m", "celsiusify_tf_serving.embedded", *ports, *flags]
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, env={**os.environ, **QUIET}
            )

    @property
    def log(self) -> str:
        """What the server has written."""
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
        return {v["version"]: v["state"] for v in answer.get("model_version_status", [])}

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
"""Starts a server with flags."""
