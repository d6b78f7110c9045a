"""Run a null server that answers every request with the same bytes, on one core."""

import os
import select
import socket
from multiprocessing import Process, RawValue
from typing import Any

BODY = b'{"celsius": "232.777778", "app_identifier": "0123ABCD-0123ABCD-0123ABCD-0123ABCD"}\n'
ANSWER = (
    b"HTTP/1.1 200 OK\r\n"
    b"Server: null-server\r\n"
    b"Date: Tue, 24 Nov 2026 06:15:00 GMT\r\n"
    b"Content-Type: application/json\r\n"
    b"Content-Length: %d\r\n"
    b"\r\n"
    b"%b" % (len(BODY), BODY)
)


class NullHttpServer:
    """The server, in a separate process on one core.

    The bytes of one read count as one request, since each client sends a small request at once and
    waits for the answer.
    """

    def __init__(self, core: int) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self._answered: Any = RawValue("q", 0)
        self._process = Process(target=self._serve, args=(core,), daemon=True)

    def __enter__(self) -> "NullHttpServer":
        self._process.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.join()
        self._listener.close()

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid or 0

    @property
    def answered(self) -> int:
        """How many requests it has answered."""
        return int(self._answered.value)

    def _serve(self, core: int) -> None:
        os.sched_setaffinity(0, {core})
        connections: dict[int, socket.socket] = {}
        listening = self._listener.fileno()
        with select.epoll() as epoll:
            epoll.register(listening, select.EPOLLIN)
            while True:
                for descriptor, _ in epoll.poll():
                    if descriptor == listening:
                        connection, _ = self._listener.accept()
                        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                        connections[connection.fileno()] = connection
                        epoll.register(connection, select.EPOLLIN)
                    elif not self._answer(connections[descriptor]):
                        connections.pop(descriptor).close()

    def _answer(self, connection: socket.socket) -> bool:
        try:
            if not connection.recv(16 * 1024):
                return False
            connection.sendall(ANSWER)
        except ConnectionError:
            return False
        self._answered.value += 1
        return True
