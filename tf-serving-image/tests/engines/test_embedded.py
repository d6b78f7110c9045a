"""The embedded server, started by the command."""

import json
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from ..support.embedded_server import free_port
from ..support.machine import Machine, read_when


def answer(process: subprocess.Popen[str], request: str | urllib.request.Request) -> bytes:
    """Send a request, again and again until the server has started."""
    deadline_s = time.monotonic() + 120
    while True:
        assert process.poll() is None, process.stderr and process.stderr.read()
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return bytes(response.read())
        except urllib.error.URLError:
            assert time.monotonic() < deadline_s
            time.sleep(0.1)


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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("has_grpc_port", "options"), [(True, ()), (False, ("--batching",))], ids=["plain", "batching"]
)
def test_embedded_server_serves_the_model_with_the_shipped_settings(
    machine: Machine, models: Path, has_grpc_port: bool, options: tuple[str, ...]
) -> None:
    """The command's process is the server: the file has its id, and SIGTERM ends it.

    Port 0 turns gRPC's port off.
    """
    shutil.copytree(models / "double" / "13", machine.model / "13")
    port, grpc_port = free_port(), free_port() if has_grpc_port else 0
    pid_file = machine.bin / "pid"
    ports = (f"--rest_api_port={port}", f"--port={grpc_port}", f"--pid_file={pid_file}")
    with machine.serving("--engine=embedded", *ports, *options) as process:
        url = f"http://127.0.0.1:{port}"
        predict = f"{url}/v1/models/celsiusify:predict"
        body = answer(process, urllib.request.Request(predict, b'{"instances": [1.5, 4]}'))
        metrics = answer(process, f"{url}/monitoring/prometheus/metrics").decode()

        assert json.loads(body) == {"predictions": [3.0, 8.0]}
        assert ':tensorflow:serving:request_count{model_name="celsiusify",status="OK"}' in metrics
        assert int(read_when(pid_file)) == process.pid
        assert listening_ports(process.pid) == {port, grpc_port} - {0}

        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
