"""A server that does nothing: it answers any request with the same bytes, as fast as it can.

What a load generator reaches against it is the generator's own limit. It is a process of its own,
on the cores that targets are served on.
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


class Responder:
    """Answers on all connections that a listening socket gives.

    Args:
        listener: May be shared with other processes.
        replies: Makes what answers on one connection.
    """

    def __init__(self, listener: socket.socket, replies: Callable[[], Replies]) -> None:
        self._listener = listener
        self._replies = replies
        listener.setblocking(False)

    def serve(self) -> None:
        """Answer until the process is ended."""
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
            return  # another process took it
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
    """Responders that share a port.

    Attributes:
        url: Where they answer.
        pids: Their processes.
    """

    url: str
    pids: list[int]


@contextmanager
def running(
    protocol: str, body: bytes, folder: Path, *, processes: int, cores: list[int] | None
) -> Iterator[Running]:
    """Run responders while the context lasts.

    Args:
        protocol: What they speak, a name in `protocols.PROTOCOLS`.
        body: The body of every answer.
        folder: For what they print.
        processes: How many there are.
        cores: The cores to keep them on; None for all.
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
                command, folder / "responder.log", cores=cores, pass_fds=[listener.fileno()]
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
    spoken = PROTOCOLS[options.protocol]
    Responder(listener, lambda: spoken.replies(options.body)).serve()


if __name__ == "__main__":
    main()
