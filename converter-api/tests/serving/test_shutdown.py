"""A stop or a reload under load loses no request, whatever the worker class."""

import http.client
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

import pytest

from ..support.servers import Server, StartServer, ask, wait_until

pytestmark = pytest.mark.slow

CLIENTS = 16
KEEPING_CLASSES = ("gevent", "gthread")
"""The worker classes that keep connections. A sync worker closes each one after its answer."""
WORKER_CLASSES = (*KEEPING_CLASSES, "sync")
PATH = "/convert/?fahrenheit=451"


@dataclass
class Load:
    """Clients that send the next request as soon as the last one is answered.

    Each client keeps its connection until an answer says `Connection: close`, and then reconnects.
    It ends when the server refuses the connection.

    Attributes:
        server: The server under load.
        answered: The number of answers.
        lost: The errors of requests that were sent and not answered.
    """

    server: Server
    answered: int = 0
    lost: list[str] = field(default_factory=list)

    def work(self) -> None:
        """Run one client until the server refuses connections."""
        while True:
            connection = self.server.connect()
            try:
                connection.connect()
            except ConnectionRefusedError:
                return
            self.keep_asking(connection)
            connection.close()

    def keep_asking(self, connection: http.client.HTTPConnection) -> None:
        """Send requests on a connection until an answer closes it."""
        closing = False
        while not closing:
            try:
                answer = ask(connection, PATH)
            except (OSError, http.client.HTTPException) as error:
                self.lost.append(repr(error))
                return
            assert answer.status == 200
            self.answered += 1
            closing = answer.headers["Connection"] == "close"


@contextmanager
def load_on(server: Server) -> Iterator[Load]:
    """Load a server, and wait until the stop of the server ends the load."""
    load = Load(server)
    with ThreadPoolExecutor(CLIENTS) as clients:
        futures = [clients.submit(load.work) for _ in range(CLIENTS)]
        wait_until(lambda: load.answered > 20 * CLIENTS, "the load's start")
        yield load
    for future in futures:
        future.result()


@pytest.mark.parametrize("drain_s", [0, 1])
@pytest.mark.parametrize("worker_class", WORKER_CLASSES)
def test_stop_under_load_loses_no_request(
    servers: StartServer, worker_class: str, drain_s: int
) -> None:
    """Each request that keep-alive clients send around SIGTERM is answered and logged once."""
    server = servers(worker_class=worker_class, drain_s=drain_s)
    with load_on(server) as load:
        server.terminate()
    assert server.wait() == 0
    assert load.lost == []
    logged = [entry for entry in server.access_entries() if entry["path"] == "/convert/"]
    assert len(logged) == load.answered


@pytest.mark.parametrize("worker_class", KEEPING_CLASSES)
def test_readyz_answers_503_while_draining(servers: StartServer, worker_class: str) -> None:
    """A stopping instance isn't ready, still converts, and asks its clients to reconnect."""
    server = servers(worker_class=worker_class, drain_s=20)
    with closing(server.connect()) as kept:
        assert ask(kept, PATH).headers["Connection"] == "keep-alive"
        server.terminate()
        wait_until(lambda: server.get("/readyz").status == 503, "the drain's start")
        last = ask(kept, PATH)
    assert (last.status, last.headers["Connection"]) == (200, "close")
    assert server.get("/readyz").headers["Content-Type"] == "application/problem+json"
    assert server.get("/healthz").status == 200
    assert server.get(PATH).status == 200
    server.terminate()
    assert server.wait() == 0


@pytest.mark.parametrize("worker_class", KEEPING_CLASSES)
def test_stop_ends_idle_connections(servers: StartServer, worker_class: str) -> None:
    """An idle connection is closed, and doesn't keep the instance from stopping."""
    server = servers(worker_class=worker_class, keepalive_s=3000, shutdown_timeout_s=3000)
    with closing(server.connect()) as idle:
        ask(idle, PATH)
        server.terminate()
        assert server.wait() == 0
        assert idle.sock.recv(1) == b""


@pytest.mark.parametrize("worker_class", WORKER_CLASSES)
def test_reload_under_load_loses_no_request(servers: StartServer, worker_class: str) -> None:
    """SIGHUP replaces the workers of an instance that stays ready and answers every request."""
    server = servers(worker_class=worker_class)
    before = {worker.pid for worker in server.workers()}
    with load_on(server) as load:
        server.process.send_signal(signal.SIGHUP)
        wait_until(
            lambda: before.isdisjoint(worker.pid for worker in server.workers()), "new workers"
        )
        assert server.get("/readyz").status == 200
        server.terminate()
    assert server.wait() == 0
    assert load.lost == []
