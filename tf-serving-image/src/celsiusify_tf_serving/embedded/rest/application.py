"""The REST API, as an ASGI application."""

import re
import time
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from celsiusify_tf_serving.embedded.errors import HTTP_STATUS, Code, ServingError
from celsiusify_tf_serving.embedded.metrics import Metrics
from celsiusify_tf_serving.embedded.rapidjson import error_body
from celsiusify_tf_serving.embedded.rest.actions import (
    POST_ACTIONS,
    RestActions,
    Route,
    VersionTooBigError,
    match_route,
)
from celsiusify_tf_serving.embedded.rest.http_server import (
    JSON,
    TARGET,
    TEXT,
    Headers,
    HttpAnswer,
    html_error,
    plain_answer,
)
from celsiusify_tf_serving.embedded.text_config import PrometheusPage

METHODS = frozenset({"GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"})
BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
MAX_UNZIPPED_BYTES = 100 * 2**20
GZIP_WINDOW = 31
CORS = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"POST, GET"),
    (b"access-control-allow-headers", b"Content-Type"),
]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True)
class RestApi:
    """The application: `/v1/…`, the Prometheus page, and 404 for any other path."""

    actions: RestActions
    metrics: Metrics
    page: PrometheusPage
    allows_cors: bool

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        body = await _read_body(receive)
        answer = await self._answer(scope, body)
        headers = [*answer.headers, (b"content-length", b"%d" % len(answer.body))]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(self, scope: dict[str, Any], body: bytes) -> HttpAnswer:
        method: str = scope["method"]
        if method not in METHODS:
            return html_error(501)
        target = _target(scope)
        if BAD_ESCAPE.search(target):
            return html_error(400)
        path = target.decode("ascii")
        if self.page.enabled and path.partition("?")[0] == self.page.path:
            return self._metrics_page(path)
        if path[:4].lower() != "/v1/":
            return html_error(404)
        answer = await self._api(method, path, scope["headers"], body)
        return (
            HttpAnswer(answer.status, answer.body, answer.headers + CORS)
            if self.allows_cors
            else answer
        )

    def _metrics_page(self, path: str) -> HttpAnswer:
        if path != self.page.path:
            message = f"Unexpected path: {path}. Should be {self.page.path}"
            return plain_answer(400, message.encode(), TEXT)
        return plain_answer(200, self.metrics.page(), TEXT)

    async def _api(self, method: str, target: str, headers: Headers, body: bytes) -> HttpAnswer:
        if method == "OPTIONS":
            return _preflight(headers)
        start = time.perf_counter()
        route: Route | None = None
        try:
            route = match_route(method, target)
            content = await self.actions.perform(route, _unzip(headers, body))
        except ServingError as error:
            self._count(route, error.code)
            return plain_answer(HTTP_STATUS[error.code], error_body(error.message), JSON)
        except VersionTooBigError:
            self._count(route, Code.INVALID_ARGUMENT)
            return plain_answer(400, b"", JSON)
        self._count(route, Code.OK)
        action = route.action if route.action in POST_ACTIONS else ""
        self.metrics.time_request(route.spec.name, action, "REST", time.perf_counter() - start)
        return plain_answer(200, content, JSON)

    def _count(self, route: Route | None, code: Code) -> None:
        self.metrics.count_request(route.spec.name if route else "", code)


async def _read_body(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return body
    parts = [body]
    while message.get("more_body"):
        message = await receive()
        parts.append(message.get("body", b""))
    return b"".join(parts)


def _target(scope: dict[str, Any]) -> bytes:
    target: bytes = scope[TARGET]
    if target.startswith(b"/"):
        return target
    query: bytes = scope["query_string"]
    raw_path: bytes = scope["raw_path"]
    return raw_path + (b"?" + query if query else b"")


def _preflight(headers: Headers) -> HttpAnswer:
    origin = next((value for name, value in headers if name == b"origin"), b"")
    is_web = re.search(rb"https?://", origin)
    return plain_answer(200 if is_web else 400, b"", b"text/html; charset=ISO-8859-1")


def _unzip(headers: Headers, body: bytes) -> bytes:
    if not any(name == b"content-encoding" and b"gzip" in value for name, value in headers):
        return body
    unzipper = zlib.decompressobj(GZIP_WINDOW)
    try:
        text = unzipper.decompress(body, MAX_UNZIPPED_BYTES)
    except zlib.error:
        return b""
    return text if unzipper.eof else b""
