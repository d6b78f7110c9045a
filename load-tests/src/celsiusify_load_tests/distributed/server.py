"""Serve the leader's HTTP API, which its workers call."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from http import HTTPStatus
from threading import Thread
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.serving import WSGIRequestHandler, make_server

from celsiusify_load_tests.config.validation import checked
from celsiusify_load_tests.distributed.clock_sync import Clock
from celsiusify_load_tests.distributed.protocol import RegisterRequest, Status
from celsiusify_load_tests.distributed.registry import RefusedError, WorkerRegistry
from celsiusify_load_tests.distributed.upload_store import ClosedError, MisplacedError, UploadStore
from celsiusify_load_tests.errors import LoadTestError

BACKLOG = 128

Answer = Response | tuple[Response, int]


class Control:
    """The state behind the leader's HTTP API.

    Attributes:
        registry: The registered workers.
        store: The store of their records.
        clock: The clock that workers follow.
    """

    def __init__(self, registry: WorkerRegistry, store: UploadStore) -> None:
        self.registry = registry
        self.store = store
        self.clock = Clock()


def application(control: Control) -> Flask:
    """Return the leader's HTTP API as a Flask application."""
    app = Flask("celsiusify-leader")

    @app.get("/clock")
    def clock() -> Answer:
        received_ns = control.clock.now_ns()
        return jsonify(received_ns=received_ns, sent_ns=control.clock.now_ns())

    @app.post("/workers")
    def register() -> Answer:
        registration = checked(RegisterRequest, request.get_json(), "a worker's register request")
        return jsonify(asdict(control.registry.register(registration)))

    @app.post("/workers/<int:number>/heartbeat")
    def heartbeat(number: int) -> Answer:
        return jsonify(asdict(control.registry.heartbeat(number)))

    @app.post("/workers/<int:number>/status")
    def update_status(number: int) -> Answer:
        status = checked(Status, request.get_json(), "a worker's status")
        return jsonify(asdict(control.registry.update(number, status)))

    @app.post("/workers/<int:number>/jobs/<int:job>/<name>")
    def upload(number: int, job: int, name: str) -> Answer:
        piece = request.get_data()  # this call fails if the piece is incomplete
        control.registry.heartbeat(number)
        return jsonify(size=control.store.add(job, name, int(request.args["offset"]), piece))

    _register_error_handlers(app)
    return app


def _register_error_handlers(app: Flask) -> None:
    """Answer errors as JSON."""

    def as_json(status: HTTPStatus) -> Any:
        return lambda problem: (jsonify(problem=str(problem)), status)

    app.register_error_handler(RefusedError, as_json(HTTPStatus.FORBIDDEN))
    app.register_error_handler(ClosedError, as_json(HTTPStatus.GONE))
    app.register_error_handler(LoadTestError, as_json(HTTPStatus.BAD_REQUEST))
    app.register_error_handler(ValueError, as_json(HTTPStatus.BAD_REQUEST))
    app.register_error_handler(OSError, as_json(HTTPStatus.INSUFFICIENT_STORAGE))
    app.register_error_handler(
        MisplacedError,
        lambda problem: (jsonify(size=problem.size), HTTPStatus.CONFLICT),
    )


class _Quiet(WSGIRequestHandler):
    """A request handler without an access log."""

    disable_nagle_algorithm = True

    def log(self, *_: Any) -> None:
        """Print nothing."""


@contextmanager
def listening(address: str, port: int) -> Iterator[socket.socket]:
    """Listen on an address while the context lasts.

    Raises:
        LoadTestError: If the address can't be bound.
    """
    try:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        listener = socket.create_server((address, port), family=family, backlog=BACKLOG)
    except OSError as problem:
        raise LoadTestError(f"can't listen on {address}:{port}: {problem.strerror}") from problem
    with listener:
        yield listener


@contextmanager
def served(app: Flask, listener: socket.socket) -> Iterator[None]:
    """Serve an application from threads while the context lasts."""
    host, port = listener.getsockname()[:2]
    server = make_server(
        host, port, app, threaded=True, request_handler=_Quiet, fd=listener.fileno()
    )
    thread = Thread(target=server.serve_forever, args=(0.05,), name="control", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
