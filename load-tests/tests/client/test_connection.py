import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from random import Random

import gevent
import pytest

from celsiusify_load_tests.client.base import ConnectionCounts, ExchangeError
from celsiusify_load_tests.client.connection import Endpoint
from celsiusify_load_tests.client.http1.client import HttpConnection
from celsiusify_load_tests.config.connection_policy import ConnectionLifetime, ConnectionPolicy
from celsiusify_load_tests.recording.clock import now_ns
from support.servers import Script, ScriptedServer, Serve

GET = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
HI = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
TIMEOUT_S = 0.3


def request(connection: socket.socket) -> bytes:
    """Wait for a request; none at the connection's end."""
    data = bytearray()
    while not data.endswith(b"\r\n\r\n"):
        piece = connection.recv(65536)
        if not piece:
            break
        data += piece
    return bytes(data)


def answer(*pieces: bytes, times: int = 1) -> Script:
    """Answer each of so many requests with the pieces."""

    def script(connection: socket.socket) -> None:
        for _ in range(times):
            assert request(connection)
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(0.001)

    return script


def then_close(script: Script) -> Script:
    """Close the connection at a script's end."""

    def closing(connection: socket.socket) -> None:
        script(connection)
        connection.close()

    return closing


def wait_for_request_and_close(connection: socket.socket) -> None:
    """Answer one request, take another, and hang up on it."""
    answer(HI)(connection)
    request(connection)
    connection.close()


def wait_for_request_and_reset(connection: socket.socket) -> None:
    """Answer one request, take another, and reset the connection."""
    answer(HI)(connection)
    request(connection)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()


class Client:
    """A connection and its counts."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        idempotent: bool = True,
        lifetime: ConnectionLifetime | None = None,
    ) -> None:
        self.counts = ConnectionCounts()
        endpoint = Endpoint(host, port, connect_timeout_s=TIMEOUT_S, read_timeout_s=TIMEOUT_S)
        self.connection = HttpConnection(
            endpoint, self.counts, lifetime or ConnectionLifetime(), idempotent=idempotent
        )

    def get(self, request: bytes = GET) -> bytes:
        """Ask, and return the answer's body."""
        body: bytes = self.connection.exchange(request).body
        return body


@pytest.fixture
def client_of() -> Iterator[Callable[..., Client]]:
    """Makes clients of servers."""
    clients: list[Client] = []

    def make(
        server: ScriptedServer,
        *,
        idempotent: bool = True,
        lifetime: ConnectionLifetime | None = None,
    ) -> Client:
        clients.append(Client(*server.address, idempotent=idempotent, lifetime=lifetime))
        return clients[-1]

    yield make
    for client in clients:
        client.connection.close()


ClientOf = Callable[..., Client]


def test_a_connection_is_kept(serve: Serve, client_of: ClientOf) -> None:
    """Requests follow each other on one connection, and its times are those of the answers."""
    client = client_of(serve(answer(HI, times=3)))
    for _ in range(3):
        before_ns = now_ns()
        assert client.get() == b"hi"
        assert before_ns < client.connection.received_ns <= now_ns()
    assert (client.counts.opened, client.counts.resent) == (1, 0)


@pytest.mark.parametrize(("host", "family"), [("::1", socket.AF_INET6), ("localhost", None)])
def test_hosts_may_be_names_and_ipv6(
    serve: Serve, host: str, family: socket.AddressFamily | None
) -> None:
    """Any address of the host that answers will do."""
    server = serve(answer(HI), family=family or socket.AF_INET)
    client = Client(host, server.address[1])
    assert client.get() == b"hi"
    client.connection.close()


def test_an_answer_may_come_in_pieces(serve: Serve, client_of: ClientOf) -> None:
    """The time of an answer is that of its last piece."""
    client = client_of(serve(answer(HI[:5], HI[5:30], HI[30:-1], HI[-1:])))
    assert client.get() == b"hi"


@pytest.mark.alone
def test_a_large_request_is_sent_whole(serve: Serve, client_of: ClientOf) -> None:
    """What the socket doesn't take at once follows when it does."""
    received: list[int] = []

    def script(connection: socket.socket) -> None:
        time.sleep(0.05)
        received.append(len(request(connection)))
        connection.sendall(HI)

    large = GET[:-4] + b"\r\nX: " + b"x" * 8_000_000 + b"\r\n\r\n"
    assert client_of(serve(script)).get(large) == b"hi"
    assert received == [len(large)]


CLOSE = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi"


@pytest.mark.parametrize(
    "script",
    [
        answer(CLOSE),
        then_close(answer(HI)),
        then_close(answer(b"HTTP/1.1 200 OK\r\n\r\nhi")),
        answer(HI + b"unasked"),
        then_close(answer(HI, b"HTTP/1.1 408 Request Timeout\r\n\r\n")),
    ],
    ids=["told", "untold", "as the answer's end", "unasked bytes", "timed out idle"],
)
def test_a_connection_that_is_over_is_replaced(
    serve: Serve, client_of: ClientOf, script: Script
) -> None:
    """A request that isn't idempotent is safe, as it never goes out on a dead connection."""
    server = serve(script)
    client = client_of(server, idempotent=False)
    for opened in range(1, 4):
        assert client.get() == b"hi"
        assert (client.counts.opened, client.counts.resent) == (opened, 0)
        gevent.sleep(0.05)
    assert server.accepted == 3


@pytest.mark.parametrize("script", [wait_for_request_and_close, wait_for_request_and_reset])
def test_an_unanswered_request_on_a_kept_connection_is_sent_again_if_idempotent(
    serve: Serve, client_of: ClientOf, script: Script
) -> None:
    """A server that hangs up as a request arrives has not failed; that it went out twice shows."""
    client = client_of(serve(script, answer(HI)))
    assert [client.get(), client.get()] == [b"hi", b"hi"]
    assert (client.counts.opened, client.counts.resent) == (2, 1)


@pytest.mark.parametrize("script", [wait_for_request_and_close, wait_for_request_and_reset])
def test_an_unanswered_request_that_is_not_idempotent_has_failed(
    serve: Serve, client_of: ClientOf, script: Script
) -> None:
    """It may have had its effect, so it isn't sent twice; the next request goes on."""
    client = client_of(serve(script, answer(HI)), idempotent=False)
    client.get()
    with pytest.raises(ExchangeError, match=r"^connection ended before the answer$"):
        client.get()
    assert client.get() == b"hi"
    assert (client.counts.opened, client.counts.resent) == (2, 0)


def hang_up(connection: socket.socket) -> None:
    """Take a request and hang up."""
    request(connection)
    connection.close()


def test_a_fresh_connection_without_an_answer_is_a_failure(
    serve: Serve, client_of: ClientOf
) -> None:
    """Only a connection that idled may be closed without a fault."""
    client = client_of(serve(hang_up, answer(HI)))
    with pytest.raises(ExchangeError, match=r"^connection ended before the answer$"):
        client.get()
    assert client.get() == b"hi"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (then_close(answer(HI[:-1])), "connection ended within the answer"),
        (then_close(answer(HI[:10])), "connection ended within the answer"),
        (answer(b"220 mail ready\r\n\r\n"), "not an HTTP/1.1 answer: malformed status line"),
        (answer(), "no answer in 0.3 s"),
        (answer(HI[:-1]), "no answer in 0.3 s"),
    ],
    ids=["cut in body", "cut in head", "not http", "silent", "stuck"],
)
def test_faults_have_names_and_the_next_request_goes_on(
    serve: Serve, client_of: ClientOf, script: Script, reason: str
) -> None:
    """After a fault, what comes late on the old connection isn't taken for the next answer."""
    client = client_of(serve(script, answer(HI)))
    with pytest.raises(ExchangeError) as raised:
        client.get()
    assert str(raised.value) == reason
    assert client.get() == b"hi"
    assert client.counts.opened == 2


def test_an_answer_that_trickles_is_out_of_time(serve: Serve, client_of: ClientOf) -> None:
    """The time runs for the whole answer, not for each piece."""

    def trickle(connection: socket.socket) -> None:
        request(connection)
        for byte in HI:
            try:
                connection.sendall(bytes([byte]))
            except OSError:
                return
            time.sleep(0.03)

    client = client_of(serve(trickle))
    with pytest.raises(ExchangeError, match=r"^no answer in 0\.3 s$"):
        client.get()


def test_time_that_is_up_between_requests_harms_nothing(serve: Serve, client_of: ClientOf) -> None:
    """The time of one request doesn't run on while its user thinks."""
    client = client_of(serve(answer(HI, times=2)))
    client.get()
    gevent.sleep(2 * TIMEOUT_S)
    assert client.get() == b"hi"
    assert client.counts.opened == 1


def test_nobody_listening_is_a_failure() -> None:
    """The reason is the system's, without the address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = Client(*listener.getsockname())
    with pytest.raises(ExchangeError, match=r"^no connection: Connection refused$"):
        client.get()
    assert client.counts.opened == 0


def test_an_unknown_host_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that can't be resolved is told so."""

    def resolve(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr("gevent.socket.getaddrinfo", resolve)
    with pytest.raises(ExchangeError, match=r"^no connection: name not resolved$"):
        Client("nowhere", 80).get()


def test_a_connection_that_is_not_accepted_is_out_of_time() -> None:
    """A host that doesn't answer at all costs the time that a connection may take."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, ExitStack() as others:
        for _ in range(4):  # fill the queue of those who wait to be accepted
            other = others.enter_context(socket.socket())
            other.setblocking(False)
            other.connect_ex(listener.getsockname())
        with pytest.raises(ExchangeError, match=r"^no connection in 0\.3 s$"):
            Client(*listener.getsockname()).get()


def test_a_killed_user_leaves_no_connection_behind(serve: Serve, client_of: ClientOf) -> None:
    """Whoever is stopped while waiting for an answer hangs up."""
    hung_up = threading.Event()

    def script(connection: socket.socket) -> None:
        request(connection)
        assert connection.recv(1) == b""
        hung_up.set()

    client = client_of(serve(script))
    user = gevent.spawn(client.get)
    gevent.sleep(0.1)
    user.kill()
    assert hung_up.wait(5)


def counting(connection: socket.socket) -> None:
    """Answer until the client hangs up, and hang up first when it says that it will."""
    while asked := request(connection):
        connection.sendall(HI)
        if b"\r\nConnection: close\r\n" in asked:
            connection.close()
            return


@pytest.mark.parametrize(("requests", "opened"), [(None, 1), (1, 12), (3, 5), (12, 2), (1000, 1)])
def test_a_connection_is_hung_up_after_as_many_requests_as_its_habit_says(
    serve: Serve, client_of: ClientOf, requests: int | None, opened: int
) -> None:
    """Of twelve requests: the first connection carries a random part of what the others do."""
    server = serve(counting)
    client = client_of(server, lifetime=ConnectionLifetime(ConnectionPolicy(requests), Random(4)))
    for _ in range(12):
        assert client.get() == b"hi"
    assert client.counts.opened == opened
    assert server.accepted == opened


def test_the_last_request_of_a_connection_says_so(serve: Serve, client_of: ClientOf) -> None:
    """Then the server hangs up, and the client's port isn't kept for a minute."""
    asked: list[bytes] = []

    def script(connection: socket.socket) -> None:
        while head := request(connection):
            asked.append(head)
            connection.sendall(HI)

    client = client_of(serve(script), lifetime=ConnectionLifetime(ConnectionPolicy(2), Random(0)))
    first = next(ConnectionPolicy(2).limits(Random(0)))
    for _ in range(4):
        client.get()
    client.connection.close()
    last = [b"Connection: close\r\n" in head for head in asked]
    assert last == ([True, False, True, False] if first == 1 else [False, True, False, True])
    assert client.counts.opened == (3 if first == 1 else 2)


def test_a_server_that_does_not_hang_up_is_left_all_the_same(
    serve: Serve, client_of: ClientOf
) -> None:
    client = client_of(serve(answer(HI)), lifetime=ConnectionLifetime(ConnectionPolicy(1)))
    assert [client.get(), client.get(), client.get()] == [b"hi"] * 3
    assert client.counts.opened == 3
