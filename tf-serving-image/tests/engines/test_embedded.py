"""The embedded server, started as the command starts it."""

import json
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from ..support.machine import Machine, read_when

# A model that doubles, so that an answer can only come from it.
MAKE_MODEL = """
import sys
import tensorflow as tf
module = tf.Module()
batch = tf.TensorSpec([None], tf.float32, name="fahrenheit")
module.f = tf.function(lambda fahrenheit: {"celsius": fahrenheit * 2.0}, input_signature=[batch])
tf.saved_model.save(module, sys.argv[1], signatures={"serving_default": module.f})
"""


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported") / "13"
    subprocess.run([sys.executable, "-c", MAKE_MODEL, folder], check=True, capture_output=True)
    return folder


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def answer(process: subprocess.Popen[str], request: str | urllib.request.Request) -> bytes:
    """Ask, and ask again as long as the server is only starting."""
    deadline_s = time.monotonic() + 120
    while True:
        assert process.poll() is None, process.stderr and process.stderr.read()
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return bytes(response.read())
        except urllib.error.URLError:
            assert time.monotonic() < deadline_s
            time.sleep(0.1)


@pytest.mark.parametrize("batching", [(), ("--batching",)])
def test_embedded_server_serves_the_model_with_the_shipped_settings(
    machine: Machine, exported: Path, batching: tuple[str, ...]
) -> None:
    """The process is the server: its id is in the file, and SIGTERM ends it."""
    shutil.copytree(exported, machine.model / "13")
    port, pid_file = free_port(), machine.bin / "pid"
    options = (f"--rest_api_port={port}", f"--port={free_port()}", f"--pid_file={pid_file}")
    with machine.serving("--engine=embedded", *options, *batching) as process:
        url = f"http://127.0.0.1:{port}"
        predict = f"{url}/v1/models/celsiusify:predict"
        told = json.loads(
            answer(process, urllib.request.Request(predict, b'{"instances": [1.5, 4]}'))
        )
        metrics = answer(process, f"{url}/monitoring/prometheus/metrics").decode()

        assert told == {"predictions": [3.0, 8.0]}
        assert ':tensorflow:serving:request_count{model_name="celsiusify",status="OK"}' in metrics
        assert int(read_when(pid_file)) == process.pid

        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_port_0_opens_no_tcp_port_for_grpc(machine: Machine, exported: Path) -> None:
    """REST answers, and its port is the only one on which the process listens."""
    shutil.copytree(exported, machine.model / "13")
    port = free_port()
    with machine.serving("--engine=embedded", f"--rest_api_port={port}", "--port=0") as process:
        status = json.loads(answer(process, f"http://127.0.0.1:{port}/v1/models/celsiusify"))

        assert status["model_version_status"][0]["state"] == "AVAILABLE"
        assert listening_ports(process.pid) == {port}


def listening_ports(pid: int) -> set[int]:
    """Return the TCP ports on which a process listens."""
    sockets = {str(path.readlink()) for path in Path(f"/proc/{pid}/fd").iterdir()}
    ports = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            _, local, _, state, *rest = line.split()
            if state == "0A" and f"socket:[{rest[5]}]" in sockets:
                ports.add(int(local.rpartition(":")[2], 16))
    return ports
