"""gunicorn's configuration; https://gunicorn.org/reference/settings/ explains each name.

It runs in the master, before any worker, and must not import Flask, prometheus_client or anything
else that has to be imported after gevent has patched the standard library, in the worker.
"""

import math
import os
import resource
import shutil
import socket
import tempfile
from contextlib import suppress
from typing import Any

from celsiusify_converter_api.config import PREFIX, RETIRED, Settings
from celsiusify_converter_api.identity import app_identifier
from celsiusify_converter_api.serving import drain
from celsiusify_converter_api.web.access_log import JsonAccessLogger

settings = Settings.load()

bind = (
    f"[{settings.host}]:{settings.port}"
    if ":" in settings.host
    else f"{settings.host}:{settings.port}"
)
proc_name = "celsiusify-converter-api"

worker_class = settings.worker_class
workers = settings.workers
threads = settings.worker_threads
worker_connections = settings.connections
keepalive = math.ceil(settings.keepalive_s)
backlog = 2048

limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190

# The kernel's sendfile doesn't know how many bytes to log.
sendfile = False

timeout = 30
graceful_timeout = settings.shutdown_timeout_s
control_socket_disable = True

# `TrustedProxies` is the one place where a proxy's headers are believed.
forwarded_allow_ips = ""
forwarder_headers = ""
secure_scheme_headers: dict[str, str] = {}

accesslog = "-" if settings.access_log else None
errorlog = "-"
loglevel = settings.log_level
logger_class = JsonAccessLogger

# A heartbeat that has to be written to a disk can block a worker, and the root may be read-only.
scratch = "/dev/shm" if os.access("/dev/shm", os.W_OK) else tempfile.gettempdir()
worker_tmp_dir = scratch


def on_starting(server: Any) -> None:
    """Prepare the instance: its identifier, a folder for metrics, and the limit of descriptors."""
    for name in sorted(PREFIX + name for name in RETIRED if PREFIX + name in os.environ):
        server.log.warning("%s has no effect any more: use CELSIUSIFY_KEEPALIVE_S", name)
    app_identifier()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix=f"{proc_name}-", dir=scratch)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # macOS names a limit that it doesn't grant
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def when_ready(server: Any) -> None:
    """Make SIGTERM drain the instance first, and limit how long answers may stay unread."""
    drain.before_stopping(server, settings.drain_s)
    for listener in server.LISTENERS:
        limit_unread_answers(listener.sock)


def limit_unread_answers(listener: socket.socket) -> None:
    """Limit how long a client may leave an answer unread; connections inherit the limit.

    Source: Linux, tcp(7), `TCP_USER_TIMEOUT`: it also counts while the receiver's window is zero.
    """
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        limit_ms = math.ceil(settings.response_timeout_s * 1000)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, limit_ms)


def post_worker_init(worker: Any) -> None:
    """Start to watch a gevent worker, to close its idle connections when it stops."""
    if worker_class == "gevent":
        from celsiusify_converter_api.serving.idle_connections import watch

        watch(worker)


def pre_request(worker: Any, req: Any) -> None:
    """Ask the client to connect elsewhere if the instance is about to stop."""
    drain.begin_answer(req.unreader.sock)
    if drain.announced():
        req.force_close()


def post_request(worker: Any, req: Any, environ: Any, resp: Any) -> None:
    """Record that the connection is idle again."""
    drain.end_answer(req.unreader.sock)


def on_exit(server: Any) -> None:
    """Remove the metrics of the stopped instance."""
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
