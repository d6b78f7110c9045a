"""A registry for one test: takes what an engine pushes, and keeps the manifests alone."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4


class Registry(ThreadingHTTPServer):
    """The pushing half of the OCI Distribution Specification.

    Attributes:
        manifests: The body of each that was pushed, by its path.
        sizes: How long each blob is that was pushed, by its path; or an upload so far.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.manifests: dict[str, Any] = {}
        self.sizes: dict[str, int] = {}

    @property
    def name(self) -> str:
        """What an image's name begins with to be pushed here."""
        return f"127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Registry

    def do_GET(self) -> None:
        self.answer(200)

    def do_HEAD(self) -> None:
        size = self.server.sizes.get(self.path)
        self.answer(404 if size is None else 200, **{"Content-Length": str(size or 0)})

    def do_POST(self) -> None:
        """Begin to take a blob, one too that the engine would rather have from another image."""
        self.answer(202, Location=f"{urlsplit(self.path).path}{uuid4()}")

    def do_PATCH(self) -> None:
        """Take a piece of a blob."""
        size = self.server.sizes.get(self.path, 0) + len(self.body())
        self.server.sizes[self.path] = size
        self.answer(202, Location=self.path, Range=f"0-{size - 1}")

    def do_PUT(self) -> None:
        """End a blob, with its last piece, and give it its name; or take a manifest."""
        address, body = urlsplit(self.path), self.body()
        digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
        if address.query:
            (digest,) = parse_qs(address.query)["digest"]
            blob = f"{address.path.partition('/uploads/')[0]}/{digest}"
            self.server.sizes[blob] = self.server.sizes.pop(address.path, 0) + len(body)
        else:
            self.server.manifests[self.path] = json.loads(body)
        self.answer(201, **{"Docker-Content-Digest": digest})

    def body(self) -> bytes:
        if self.headers["Transfer-Encoding"] != "chunked":
            return self.rfile.read(int(self.headers["Content-Length"] or 0))
        pieces = []
        while size := int(self.rfile.readline(), 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def answer(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": "0", **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002, its own name
        pass


@contextmanager
def serving() -> Iterator[Registry]:
    """A registry that answers meanwhile."""
    with Registry() as registry:
        thread = Thread(target=registry.serve_forever)
        thread.start()
        try:
            yield registry
        finally:
            registry.shutdown()
            thread.join()
