"""gunicorn's gevent worker, with bounds on what a client holds, and a stop without a loss."""

from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any

import gevent
from gevent import socket
from gevent.pool import Pool
from gevent.server import StreamServer
from gunicorn.workers.ggevent import GeventWorker

from . import drain
from .listeners import connections_waiting, refuse_newcomers
from .patience import Patience
from .sockets import BoundedSocket

HEARTBEAT_S = 0.5
HANDSHAKE_S = 0.5
"""How long a stopping worker waits for connections that are half made."""
IDLE_GRACE_S = 2.0
"""How long a stopping worker keeps idle connections, on which a request may be under way."""


class BoundedWorker(GeventWorker):
    """Serves each connection in a greenlet of its own, within the time its client is given."""

    patience: Patience

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clients: set[BoundedSocket] = set()
        self.pool = Pool(self.worker_connections)

    def run(self) -> None:
        """Serve until told to stop, then finish what has begun."""
        servers = [self.start_server(listener) for listener in self.sockets]
        while self.alive:
            self.notify()
            gevent.sleep(HEARTBEAT_S)
        gevent.spawn_later(IDLE_GRACE_S, self.hang_up_idle)
        if drain.announced():
            self.accept_last(servers)
        for server in servers:
            server.close()
        self.finish()

    def start_server(self, listener: socket.socket) -> StreamServer:
        """Accept connections, one at a time where the next may go to another worker."""
        server = StreamServer(listener, partial(self.handle, listener), spawn=self.pool)
        if self.cfg.workers > 1:
            server.max_accept = 1
        server.start()
        return server

    def accept_last(self, servers: list[StreamServer]) -> None:
        """Accept whoever has connected, since closing the listeners would reset their connections.

        Where the instance goes on without this worker, the other workers do that.
        """
        for listener in self.sockets:
            refuse_newcomers(listener)
        gevent.sleep(HANDSHAKE_S)
        for server, listener in zip(servers, self.sockets, strict=True):
            server.stop_accepting()
            for client, address in connections_waiting(listener):
                self.pool.spawn(self.handle, listener, client, address)
        gevent.sleep(0)  # Handlers begin by asking for the listener's name.

    def finish(self) -> None:
        """Wait until every connection has ended, but no longer than the instance gives them."""
        with gevent.Timeout(self.cfg.graceful_timeout, False):
            while not self.pool.join(HEARTBEAT_S):
                self.notify()
        self.pool.kill()

    def hang_up_idle(self) -> None:
        """End all connections on which nothing has been asked."""
        for client in list(self.clients):
            client.hang_up_if_idle()

    def timeout_ctx(self) -> AbstractContextManager[None]:  # type: ignore[override] # stub is wrong
        """Bound nothing here: gunicorn has one time for idling and for sending a request."""
        return nullcontext()

    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        """Serve a connection until either side closes it."""
        bounded = BoundedSocket(client, self.patience)
        self.clients.add(bounded)
        try:
            super().handle(listener, bounded, addr)
        finally:
            self.clients.discard(bounded)
