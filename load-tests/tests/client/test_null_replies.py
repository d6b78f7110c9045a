"""What a server that does nothing says, asked by the clients that it is there for."""

import socket
from pathlib import Path

import pytest

from celsiusify_load_tests.client.base import ConnectionCounts
from celsiusify_load_tests.client.grpc import http2_frames, null_replies
from celsiusify_load_tests.client.registry import PROTOCOLS
from celsiusify_load_tests.config.targets import read_targets
from support.servers import Serve

TARGETS = read_targets(Path(__file__).parents[3] / "targets.yaml")
FAHRENHEIT = 451.0


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("piece_bytes", [1, 7, 65_536])
def test_each_target_s_client_takes_the_answers_for_right(
    serve: Serve, name: str, piece_bytes: int
) -> None:
    """Whatever the pieces in which a request comes, each gets one answer."""
    target = TARGETS[name]
    spoken = PROTOCOLS[target.request.protocol]

    def script(connection: socket.socket) -> None:
        reply = spoken.replies(target.client().right_answer(FAHRENHEIT))
        while data := connection.recv(piece_bytes):
            connection.sendall(reply(data))

    client = target.client(f"{spoken.scheme}://127.0.0.1:{serve(script).address[1]}")
    counts = ConnectionCounts()
    connection = client.connect(counts)
    for _ in range(5):
        client.judge(connection.exchange(client.fill(FAHRENHEIT)), FAHRENHEIT)
    connection.close()
    assert (counts.opened, counts.resent) == (1, 0)


def test_the_window_of_requests_is_opened_again(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection carries as many calls as are made on it."""
    monkeypatch.setattr(null_replies, "_REPLENISH_BYTES", 100)
    target = TARGETS["tfserving-grpc"]
    said: list[int] = []

    def script(connection: socket.socket) -> None:
        reply = null_replies.grpc_replies(target.client().right_answer(FAHRENHEIT))
        while data := connection.recv(65_536):
            answer = reply(data)
            said.extend(frame.kind for frame in http2_frames.split(answer)[0])
            connection.sendall(answer)

    client = target.client(f"grpc://127.0.0.1:{serve(script).address[1]}")
    connection = client.connect(ConnectionCounts())
    for _ in range(9):
        connection.exchange(client.fill(FAHRENHEIT))
    connection.close()
    assert said.count(http2_frames.WINDOW_UPDATE) > 3
