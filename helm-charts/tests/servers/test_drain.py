"""What a pod of TensorFlow Serving does before it is stopped: `drain.sh`, run by the real bash."""

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "files/drain.sh"
MOMENT_S = 1
PATIENCE_S = 30
FOR_EVER_S = 1000

pytestmark = pytest.mark.skipif(
    not Path("/proc/net/tcp").exists(), reason="only Linux has /proc/net/tcp"
)


def drain(
    *ports: int, withdrawal_s: int = 0, leaving_s: int = FOR_EVER_S
) -> subprocess.Popen[bytes]:
    command = ["bash", "-c", SCRIPT.read_text(), "drain", withdrawal_s, leaving_s, *ports]
    return subprocess.Popen([str(argument) for argument in command])


def still_waits(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(MOMENT_S)
    except subprocess.TimeoutExpired:
        return True
    return False


@pytest.fixture(params=["127.0.0.1", "::1"])
def listener(request: pytest.FixtureRequest) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in request.param else socket.AF_INET
    with socket.socket(family) as listening:
        try:
            listening.bind((request.param, 0))
        except OSError:
            pytest.skip(f"this machine has no {request.param}")
        listening.listen()
        yield listening


def port_of(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])


def test_drain_ends_where_nobody_is_connected(listener: socket.socket) -> None:
    assert drain(port_of(listener)).wait(PATIENCE_S) == 0


def test_drain_waits_until_the_last_client_has_left(listener: socket.socket) -> None:
    client = socket.create_connection(listener.getsockname()[:2])
    server, _ = listener.accept()
    process = drain(1, port_of(listener))
    assert still_waits(process)
    client.close()
    server.close()
    assert process.wait(PATIENCE_S) == 0


def test_drain_waits_no_longer_than_it_may(listener: socket.socket) -> None:
    with socket.create_connection(listener.getsockname()[:2]):
        assert drain(port_of(listener), leaving_s=MOMENT_S).wait(PATIENCE_S) == 0


def test_drain_overlooks_clients_of_other_ports(listener: socket.socket) -> None:
    with socket.create_connection(listener.getsockname()[:2]):
        assert drain(1, 2).wait(PATIENCE_S) == 0


def test_drain_goes_on_as_before_until_the_pod_has_left_its_services() -> None:
    process = drain(1, withdrawal_s=3 * MOMENT_S)
    assert still_waits(process)
    assert process.wait(PATIENCE_S) == 0
