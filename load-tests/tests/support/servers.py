"""Serve scripted connections in a thread of the test."""

import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Protocol

Script = Callable[[socket.socket], None]
"""The server's behaviour on one connection."""


class ScriptedServer:
    """A server that follows one script a connection, and the last script from then on."""

    def __init__(self, family: socket.AddressFamily, scripts: tuple[Script, ...]) -> None:
        host = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}[family]
        self.accepted = 0
        self._scripts = scripts
        self._is_running = True
        self._listener = socket.create_server((host, 0), family=family)
        self.address: tuple[str, int] = self._listener.getsockname()[:2]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        with ExitStack() as connections:
            while True:
                connection, _ = self._listener.accept()
                connections.enter_context(connection)
                script = self._scripts[min(self.accepted, len(self._scripts) - 1)]
                self.accepted += 1
                if not self._is_running:
                    return
                script(connection)

    def stop(self) -> None:
        """Wait for the running script, then close the listener."""
        self._is_running = False
        with socket.create_connection(self.address):
            self._thread.join()
        self._listener.close()


class Serve(Protocol):
    """A function that starts a scripted server."""

    def __call__(
        self, *scripts: Script, family: socket.AddressFamily = socket.AF_INET
    ) -> ScriptedServer:
        """Start a server on the loopback address of a family."""


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def accepts(host: str, port: int) -> bool:
    """Return True if a server accepts connections."""
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0
