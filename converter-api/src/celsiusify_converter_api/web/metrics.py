"""`/metrics`: Prometheus counts and latencies of all workers, including ended ones.

prometheus_client's multiprocess mode does the summing. It needs `PROMETHEUS_MULTIPROC_DIR`, a
folder of the instance's own, before it is imported: `gunicorn_conf` provides it.
"""

import os
from collections.abc import Iterable
from functools import cache
from time import perf_counter
from typing import TYPE_CHECKING, Any

from flask import Flask, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT"}
OTHER_METHOD = "other"
NO_ROUTE = "none"
BUCKETS_S = (1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)


class Metrics:
    """The metrics of one app."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "celsiusify_requests_total",
            "Requests answered.",
            ["path", "method", "status"],
            registry=self.registry,
        )
        self.latency = Histogram(
            "celsiusify_request_latency_seconds",
            "Time from a request's being read to its answer's being ready.",
            ["path", "method"],
            buckets=BUCKETS_S,
            registry=self.registry,
        )
        # Looking up a metric's child by its labels costs as much as counting does.
        self.request_counter = cache(self.requests.labels)
        self.latency_histogram = cache(self.latency.labels)

    def measure(self, app: "WSGIApplication") -> "WSGIApplication":
        """Wrap an app so that its answers are counted and timed.

        This is a WSGI wrapper, because a pair of Flask's hooks costs several times as much.
        """

        def measured(
            environ: "WSGIEnvironment", start_response: "StartResponse"
        ) -> Iterable[bytes]:
            started_s = perf_counter()

            def finish(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
                path, method = labels(environ)
                self.request_counter(path, method, status[:3]).inc()
                self.latency_histogram(path, method).observe(perf_counter() - started_s)
                return start_response(status, headers, *exc_info)

            return app(environ, finish)

        return measured

    def page(self) -> Response:
        """Answer with the metrics of all workers."""
        registry = self.registry
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # it has no types
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def labels(environ: "WSGIEnvironment") -> tuple[str, str]:
    """Name a request's route and method; unknown values share a name, to bound their number."""
    rule = getattr(environ.get("werkzeug.request"), "url_rule", None)
    method = environ["REQUEST_METHOD"]
    return rule.rule if rule else NO_ROUTE, method if method in METHODS else OTHER_METHOD


def init_app(app: Flask) -> None:
    """Measure an app's requests, and serve the metrics at `/metrics`."""
    metrics = Metrics()
    app.wsgi_app = metrics.measure(app.wsgi_app)  # type: ignore[assignment,method-assign]
    app.add_url_rule("/metrics", "metrics", metrics.page)
