"""Slow clients can't hold a worker, and are cut off."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from ..support.servers import PATIENCE_S, Server, StartServer, wait_until

pytestmark = pytest.mark.slow

MANY = 400
HEAD = b"GET /convert/?fahrenheit=451 HTTP/1.1\r\nHost: celsiusify\r\n"
UNFINISHED = {
    "nothing": b"",
    "half a request line": b"GET /conv",
    "half the headers": HEAD,
    "half a header": HEAD + b"X-Slow: s",
}


@contextmanager
def many_clients(server: Server, sent: bytes) -> Iterator[list[socket.socket]]:
    """Open many connections that send something and then no more."""
    with ExitStack() as stack:
        clients = [stack.enter_context(server.open_socket()) for _ in range(MANY)]
        for client in clients:
            client.sendall(sent)
        yield clients


def read_to_end(client: socket.socket) -> bytes:
    """Read until the server hangs up, which it must do before the socket's own timeout."""
    received = b""
    try:
        while data := client.recv(65536):
            received += data
    except ConnectionResetError:
        pass
    return received


@pytest.fixture(scope="module")
def impatient(servers: StartServer) -> Server:
    """Give a server that waits a second for a request, and an hour for anything else."""
    return servers(keepalive_s=1, response_timeout_s=3600)


@pytest.mark.parametrize("sent", UNFINISHED.values(), ids=UNFINISHED.keys())
def test_unfinished_requests_block_nobody(servers: StartServer, sent: bytes) -> None:
    """Others are answered while hundreds of clients are in the middle of a request."""
    server = servers(keepalive_s=3600)
    with many_clients(server, sent):
        for _ in range(50):
            assert server.get("/convert/?fahrenheit=451").status == 200


@pytest.mark.parametrize("sent", UNFINISHED.values(), ids=UNFINISHED.keys())
def test_unfinished_requests_are_cut_off(impatient: Server, sent: bytes) -> None:
    """Every one of hundreds of clients is hung up on, unanswered."""
    with many_clients(impatient, sent) as clients:
        for client in clients:
            assert read_to_end(client) == b""


def test_dripping_bytes_buys_no_time(impatient: Server) -> None:
    """A client that goes on sending headers, a byte at a time, is cut off all the same."""
    with impatient.open_socket() as client:
        client.sendall(HEAD + b"X-Slow: ")
        client.settimeout(0.1)
        for _ in range(PATIENCE_S * 10):
            try:
                client.sendall(b"s")
                if client.recv(1) == b"":
                    return
            except TimeoutError:
                continue
            except (ConnectionResetError, BrokenPipeError):
                return
    pytest.fail("the client was never cut off")


@pytest.mark.parametrize(
    "headers", [b"Content-Length: 100\r\n\r\nhalf", b"Transfer-Encoding: chunked\r\n\r\n5\r\nha"]
)
def test_unfinished_bodies_are_cut_off(servers: StartServer, headers: bytes) -> None:
    """A body that never ends holds its own connection, for a while, and nobody else's."""
    server = servers(keepalive_s=1)
    with many_clients(server, HEAD + headers) as clients:
        assert server.get("/convert/?fahrenheit=451").status == 200
        for client in clients:
            assert read_to_end(client).startswith(b"HTTP/1.1 200 OK")


def test_idle_connections_are_closed(servers: StartServer) -> None:
    """A connection on which nothing more is asked is closed after its idle time."""
    server = servers(keepalive_s=1)
    with server.open_socket() as client:
        client.sendall(HEAD + b"\r\n")
        assert read_to_end(client).startswith(b"HTTP/1.1 200 OK")


def test_slow_readers_are_cut_off(servers: StartServer) -> None:
    """A client that asks for more and more, and reads none of it, loses the connection."""
    server = servers(response_timeout_s=1)
    path = "/docs/swagger-ui-bundle.js"
    length = len(server.get(path).body)

    def cut_off() -> bool:
        entries = [entry for entry in server.access_entries() if entry["path"] == path]
        return any(entry["bytes"] < length for entry in entries)

    with server.open_socket() as client:
        client.sendall(b"GET %b HTTP/1.1\r\nHost: celsiusify\r\n\r\n" % path.encode() * 50)
        wait_until(cut_off, "an answer's being cut off")
        assert len(read_to_end(client)) < 50 * length


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /?" + b"x" * 5000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (HEAD + b"X-Long: " + b"x" * 9000 + b"\r\n\r\n", b"431"),
        (HEAD + b"".join(b"X-%d: x\r\n" % i for i in range(200)) + b"\r\n", b"431"),
        (HEAD + b"Content-Length: 20000\r\n\r\n", b"413"),
        (b"NONSENSE\r\n\r\n", b"400"),
    ],
    ids=["request line", "header", "headers", "body", "nonsense"],
)
def test_oversized_requests_are_refused(server: Server, request_: bytes, status: bytes) -> None:
    """A request line, a header, a number of headers or a body over its limit has its own status."""
    with server.open_socket() as client:
        client.sendall(request_)
        assert client.recv(12) == b"HTTP/1.1 " + status
