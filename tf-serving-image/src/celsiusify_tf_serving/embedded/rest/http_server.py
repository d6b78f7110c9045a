"""The HTTP server: uvicorn, with libevent's answers to malformed requests."""

import asyncio
import contextlib
import http
import re
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httptools
import uvicorn
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

JSON = b"application/json"
TEXT = b"text/plain"
Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Status, body and headers of an answer, without the length and the date."""

    status: int
    body: bytes
    headers: Headers


def plain_answer(status: int, body: bytes, content_type: bytes) -> HttpAnswer:
    """Return an answer whose only header is the content type."""
    return HttpAnswer(status, body, [(b"content-type", content_type)])


def html_error(status: int) -> HttpAnswer:
    """Return libevent's page for a refused request, which closes the connection."""
    phrase = http.HTTPStatus(status).phrase
    page = (
        f"<HTML><HEAD>\n<TITLE>{status} {phrase}</TITLE>\n</HEAD><BODY>\n"
        f"<H1>{phrase}</H1>\n</BODY></HTML>\n"
    )
    return HttpAnswer(
        status, page.encode(), [(b"content-type", b"text/html"), (b"connection", b"close")]
    )


KEEP_ALIVE_S = 3600
TARGET = "celsiusify.target"
REQUEST_LINE = re.compile(rb"[A-Z]+ \S+ HTTP/")


class _Protocol(HttpToolsProtocol):
    _received = b""

    def data_received(self, data: bytes) -> None:
        """Keep the latest data, which shows whether only the method is unknown."""
        self._received = data
        super().data_received(data)

    def on_headers_complete(self) -> None:
        """Pass the request's target to the application as sent."""
        self.scope[TARGET] = self.url  # type: ignore[literal-required]
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer a malformed request, or a request of an unknown method."""
        is_method_unknown = (
            isinstance(sys.exception(), httptools.HttpParserInvalidMethodError)
            and REQUEST_LINE.match(self._received) is not None
        )
        answer = html_error(501 if is_method_unknown else 400)
        headers = [*answer.headers, (b"content-length", b"%d" % len(answer.body))]
        lines = [*(b"%s: %s" % header for header in headers), b"", answer.body]
        self.transport.write(STATUS_LINE[answer.status] + b"\r\n".join(lines))
        self.transport.close()


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the process, which also stops the models and gRPC."""
        yield


class HttpServer:
    """An HTTP server for an ASGI application."""

    def __init__(self, application: Any, shutdown_s: float) -> None:
        config = uvicorn.Config(
            application,
            http=_Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            backlog=2048,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=int(shutdown_s) + 1,
        )
        self._server = _Server(config)
        self._task: asyncio.Task[None] | None = None

    def start(self, port: int) -> None:
        """Listen on a port, by IPv6 and IPv4 if the machine has both.

        Raises:
            OSError: If the port can't be bound.
        """
        listener = _listen(port)
        self._task = asyncio.create_task(self._server.serve([listener]))

    async def stop(self) -> None:
        """Stop listening, answer the requests in flight, and close."""
        self._server.should_exit = True
        if self._task:
            await self._task


def _listen(port: int) -> socket.socket:
    if socket.has_dualstack_ipv6():
        return socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
    return socket.create_server(("0.0.0.0", port))  # all addresses, as the real server
