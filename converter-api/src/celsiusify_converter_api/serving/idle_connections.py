"""Closes a stopping gevent worker's idle connections, for which gunicorn itself would wait.

gunicorn's gthread worker closes them two seconds after SIGTERM, its sync worker keeps none.
The watcher is a greenlet beside the worker's own; it is started by a hook, in the worker.
"""

import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import gevent

from celsiusify_converter_api.serving import drain

if TYPE_CHECKING:
    from gunicorn.workers.base import Worker

CHECK_INTERVAL_S = 0.2
IDLE_GRACE_S = 2.0
"""How long a stopping worker keeps idle connections, on which a request may be under way."""

DESCRIPTORS = Path("/dev/fd")


def watch(worker: "Worker") -> None:
    """Start to watch a worker: once it stops, its idle connections are closed."""
    gevent.spawn(_close_after_stop, worker)


def _close_after_stop(worker: "Worker") -> None:
    while worker.alive:
        gevent.sleep(CHECK_INTERVAL_S)
    gevent.sleep(IDLE_GRACE_S)
    # Again and again, for connections whose last answer was complete only later.
    while True:
        for entry in DESCRIPTORS.iterdir():
            descriptor = int(entry.name)
            if not drain.answers(descriptor):
                _end_reading(descriptor)
        gevent.sleep(CHECK_INTERVAL_S)


def _end_reading(descriptor: int) -> None:
    """Let a connection's reader find its end; what has arrived is still read."""
    # The descriptor may be a file, or closed by now.
    with suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as twin:
        if twin.family in {socket.AF_INET, socket.AF_INET6}:
            # gevent's own shutdown would interrupt the greenlet that reads, data or not.
            twin.shutdown(socket.SHUT_RD)
