"""Being stopped loses no request."""

import http.client
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

import pytest

from ..support.servers import Server, StartServer, ask, wait_until

CLIENTS = 16
PATH = "/convert/?fahrenheit=451"


@dataclass
class Load:
    """Clients that ask as fast as they get answers, over connections that they keep.

    A client that is told to connect anew does so, until nobody listens any more: then it is done.

    Attributes:
        server: Whom they ask.
        answered: How often an answer came.
        lost: What went wrong with requests that had been sent.
    """

    server: Server
    answered: int = 0
    lost: list[str] = field(default_factory=list)

    def work(self) -> None:
        """Be one client, until the server is gone."""
        while True:
            connection = self.server.connect()
            try:
                connection.connect()
            except ConnectionRefusedError:
                return
            self.keep_asking(connection)
            connection.close()

    def keep_asking(self, connection: http.client.HTTPConnection) -> None:
        """Ask over a connection until an answer says that it is the last."""
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
    """Put a load on a server, and wait until its stop has ended it."""
    load = Load(server)
    with ThreadPoolExecutor(CLIENTS) as clients:
        futures = [clients.submit(load.work) for _ in range(CLIENTS)]
        wait_until(lambda: load.answered > 20 * CLIENTS, "the load's start")
        yield load
    for future in futures:
        future.result()


@pytest.mark.parametrize("drain_s", [0, 1])
def test_stop_under_load_loses_no_request(servers: StartServer, drain_s: int) -> None:
    """Each request of keep-alive clients that SIGTERM surprises is answered, and logged once."""
    server = servers(drain_s=drain_s)
    with load_on(server) as load:
        server.terminate()
    assert server.wait() == 0
    assert load.lost == []
    logged = [entry for entry in server.access_entries() if entry["path"] == "/convert/"]
    assert len(logged) == load.answered


def test_readyz_answers_503_while_draining(servers: StartServer) -> None:
    """A stopping instance says that it takes no traffic, still converts, and sends clients away."""
    server = servers(drain_s=20)
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


def test_stop_ends_idle_connections(servers: StartServer) -> None:
    """An idle connection is closed, and doesn't keep the instance from stopping."""
    server = servers(keepalive_s=3000, shutdown_timeout_s=3000)
    with closing(server.connect()) as idle:
        ask(idle, PATH)
        server.terminate()
        assert server.wait() == 0
        assert idle.sock.recv(1) == b""


def test_reload_under_load_loses_no_request(servers: StartServer) -> None:
    """SIGHUP replaces the workers of an instance that stays ready and answers every request."""
    server = servers()
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
