"""Run null servers, which answer every request with the same bytes as fast as they can.

The rate that a load generator reaches against a null server is the generator's own limit. Null
servers are separate processes on the cores that serve targets.
"""

import argparse
import os
import selectors
import socket
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from celsiusify_load_tests.client.registry import PROTOCOLS, Replies
from celsiusify_load_tests.host.processes import start, stop

READ_BYTES = 16 * 1024
BACKLOG = 1024
GRACE_S = 2.0


class NullServer:
    """A server of all connections of a listening socket.

    Args:
        listener: The listening socket; other processes may share it.
        replies: The factory of the replies on one connection.
    """

    def __init__(self, listener: socket.socket, replies: Callable[[], Replies]) -> None:
        self._listener = listener
        self._replies = replies
        listener.setblocking(False)

    def serve(self) -> None:
        """Answer requests until the process is killed."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.data is None:
                        self._accept(selector)
                    else:
                        self._answer(selector, *key.data)

    def _accept(self, selector: selectors.BaseSelector) -> None:
        try:
            connection, _ = self._listener.accept()
        except BlockingIOError:
            return  # another process accepted the connection
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connection, selectors.EVENT_READ, (connection, self._replies()))

    def _answer(
        self, selector: selectors.BaseSelector, connection: socket.socket, reply: Replies
    ) -> None:
        try:
            if data := connection.recv(READ_BYTES):
                connection.sendall(reply(data))
                return
        except ConnectionError:
            pass
        selector.unregister(connection)
        connection.close()


@dataclass(frozen=True)
class Running:
    """Null servers that share a port.

    Attributes:
        url: The address of the servers.
        pids: The processes of the servers.
    """

    url: str
    pids: list[int]


@contextmanager
def running(
    protocol: str, body: bytes, folder: Path, *, processes: int, cores: list[int] | None
) -> Iterator[Running]:
    """Run null servers while the context lasts.

    Args:
        protocol: The protocol's name in `registry.PROTOCOLS`.
        body: The body of every answer.
        folder: The folder for the servers' log.
        processes: The number of servers.
        cores: The cores to pin the servers to; None for all cores.
    """
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=BACKLOG))
        command = [
            *(sys.executable, "-m", "celsiusify_load_tests.servers.null_server", protocol),
            *(b64encode(body).decode(), str(listener.fileno())),
        ]
        pids = []
        for _ in range(processes):
            process = start(
                command, folder / "null-server.log", cores=cores, pass_fds=[listener.fileno()]
            )
            stack.callback(stop, process, GRACE_S)
            pids.append(process.pid)
        url = f"{PROTOCOLS[protocol].scheme}://127.0.0.1:{listener.getsockname()[1]}"
        yield Running(url, pids)


def main() -> None:
    """Serve on an inherited socket."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("protocol", choices=PROTOCOLS)
    parser.add_argument("body", type=b64decode, help="in Base64")
    parser.add_argument("listener", type=int, help="the descriptor of a listening socket")
    options = parser.parse_args()
    listener = socket.socket(fileno=os.dup(options.listener))
    protocol = PROTOCOLS[options.protocol]
    NullServer(listener, lambda: protocol.replies(options.body)).serve()


if __name__ == "__main__":
    main()
