"""The end of a stopping gevent worker's idle connections, for which gunicorn itself would wait.

gunicorn's gthread worker closes idle connections two seconds after SIGTERM; its sync worker has
none. A hook starts the watcher, a greenlet, in each worker.
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
"""How long a stopping worker keeps idle connections, because a request may be on its way."""

DESCRIPTORS = Path("/dev/fd")


def watch(worker: "Worker") -> None:
    """Start the greenlet that closes a worker's idle connections when the worker stops."""
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
    """End a connection for its reader, which still reads the bytes that have arrived."""
    # The descriptor may be a file, or closed by now.
    with suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as twin:
        if twin.family in {socket.AF_INET, socket.AF_INET6}:
            # gevent's own shutdown would interrupt the greenlet that reads, data or not.
            twin.shutdown(socket.SHUT_RD)
