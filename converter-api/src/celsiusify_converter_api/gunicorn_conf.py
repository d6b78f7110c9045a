"""gunicorn's configuration; see https://gunicorn.org/reference/settings/ for what each name means.

It runs in the master, before any worker, and must not import Flask, prometheus_client or anything
else that has to be imported after gevent has patched the standard library, in the worker.
"""

import math
import os
import resource
import shutil
import tempfile
from contextlib import suppress
from typing import Any

from . import drain
from .accesslog import JsonAccessLogger
from .config import Settings
from .identity import app_identifier
from .patience import Patience

settings = Settings.load()

bind = (
    f"[{settings.host}]:{settings.port}"
    if ":" in settings.host
    else f"{settings.host}:{settings.port}"
)
proc_name = "celsiusify-converter-api"

worker_class = "celsiusify_converter_api.worker.BoundedWorker"
workers = settings.workers
worker_connections = settings.connections
keepalive = math.ceil(settings.keepalive_s)  # On; the worker's sockets keep the exact time.
backlog = 2048

limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190

# The kernel's sendfile knows neither the client's deadline nor how many bytes to log.
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
    """Give the instance its identifier, a folder for its metrics, and room for connections."""
    app_identifier()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix=f"{proc_name}-", dir=scratch)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # macOS names a limit that it doesn't grant
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def when_ready(server: Any) -> None:
    """Have SIGTERM drain the instance first."""
    drain.before_stopping(server, settings.drain_s)


def post_fork(server: Any, worker: Any) -> None:
    """Tell a worker how long its clients may take."""
    worker.patience = Patience(
        settings.keepalive_s, settings.request_timeout_s, settings.response_timeout_s
    )


def pre_request(worker: Any, req: Any) -> None:
    """Ask the client to connect anew, elsewhere, once the instance is about to stop."""
    if drain.announced():
        req.force_close()


def on_exit(server: Any) -> None:
    """Remove the metrics, which nobody can ask for any more."""
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
