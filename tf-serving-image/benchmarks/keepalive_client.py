"""Load a server over keep-alive connections, on machines without wrk.

Usage: keepalive_client.py HOST PORT CONNECTIONS SECONDS, with the request on standard input. The
output is the number of answers per second. Each connection sends its next request after an answer.
An answer other than 200 ends the run.
"""

import re
import selectors
import socket
import sys
import time

CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Connection:
    """A connection with at most one request in flight."""

    def __init__(self, address: tuple[str, int], request: bytes) -> None:
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._request = request
        self._received = b""

    def send(self) -> None:
        """Send the next request."""
        self._received = b""
        self.socket.sendall(self._request)

    def receive(self) -> bool:
        """Read the available bytes, and return True if the answer is complete."""
        part = self.socket.recv(65_536)
        if not part:
            sys.exit("the server closed a connection")
        self._received += part
        head, end, body = self._received.partition(b"\r\n\r\n")
        if not end:
            return False
        if b" 200 " not in head[:16]:
            sys.exit(f"the server answered {head.splitlines()[0]!r}")
        length = CONTENT_LENGTH.search(head)
        return length is not None and len(body) >= int(length[1])


def run(address: tuple[str, int], request: bytes, connections: int, seconds: float) -> float:
    """Send requests for some seconds.

    Returns:
        Answers per second.
    """
    selector = selectors.DefaultSelector()
    for connection in [Connection(address, request) for _ in range(connections)]:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send()
    answers = 0
    start_s = time.perf_counter()
    while (elapsed_s := time.perf_counter() - start_s) < seconds:
        for key, _ in selector.select(timeout=seconds - elapsed_s):
            if key.data.receive():
                answers += 1
                key.data.send()
    return answers / elapsed_s


if __name__ == "__main__":
    _, host, port, connections, seconds = sys.argv
    rate = run((host, int(port)), sys.stdin.buffer.read(), int(connections), float(seconds))
    print(f"{rate:.1f}")
