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
from celsiusify_load_tests.distributed.protocol import RegisterRequest, Report
from celsiusify_load_tests.distributed.registry import RefusedError, WorkerRegistry
from celsiusify_load_tests.distributed.upload_store import ClosedError, MisplacedError, UploadStore
from celsiusify_load_tests.errors import LoadTestError

BACKLOG = 128

Answer = Response | tuple[Response, int]


class Control:
    """What a leader's application answers from.

    Attributes:
        registry: The workers.
        store: Where their records arrive.
        clock: The time that workers follow.
    """

    def __init__(self, registry: WorkerRegistry, store: UploadStore) -> None:
        self.registry = registry
        self.store = store
        self.clock = Clock()


def application(control: Control) -> Flask:
    """Make the application."""
    app = Flask("celsiusify-leader")

    @app.get("/clock")
    def tell_time() -> Answer:
        received_ns = control.clock.now_ns()
        return jsonify(received_ns=received_ns, sent_ns=control.clock.now_ns())

    @app.post("/workers")
    def join() -> Answer:
        registration = checked(RegisterRequest, request.get_json(), "a worker's introduction")
        return jsonify(asdict(control.registry.join(registration)))

    @app.post("/workers/<int:number>/beat")
    def beat(number: int) -> Answer:
        return jsonify(asdict(control.registry.hear(number)))

    @app.post("/workers/<int:number>/report")
    def report(number: int) -> Answer:
        told = checked(Report, request.get_json(), "a worker's report")
        return jsonify(asdict(control.registry.take(number, told)))

    @app.post("/workers/<int:number>/jobs/<int:job>/<name>")
    def add(number: int, job: int, name: str) -> Answer:
        piece = request.get_data()  # all of it has come, or this fails
        control.registry.hear(number)
        return jsonify(size=control.store.add(job, name, int(request.args["offset"]), piece))

    _explain(app)
    return app


def _explain(app: Flask) -> None:
    """Answer what went wrong as JSON."""

    def explain(status: HTTPStatus) -> Any:
        return lambda problem: (jsonify(problem=str(problem)), status)

    app.register_error_handler(RefusedError, explain(HTTPStatus.FORBIDDEN))
    app.register_error_handler(ClosedError, explain(HTTPStatus.GONE))
    app.register_error_handler(LoadTestError, explain(HTTPStatus.BAD_REQUEST))
    app.register_error_handler(ValueError, explain(HTTPStatus.BAD_REQUEST))
    app.register_error_handler(OSError, explain(HTTPStatus.INSUFFICIENT_STORAGE))
    app.register_error_handler(
        MisplacedError,
        lambda problem: (jsonify(size=problem.size), HTTPStatus.CONFLICT),
    )


class _Quiet(WSGIRequestHandler):
    """Prints no line a request."""

    disable_nagle_algorithm = True

    def log(self, *_: Any) -> None:
        """Print nothing."""


@contextmanager
def listening(address: str, port: int) -> Iterator[socket.socket]:
    """Listen while the context lasts.

    Raises:
        LoadTestError: If that can't be done there.
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
    """Serve an application in threads while the context lasts."""
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
