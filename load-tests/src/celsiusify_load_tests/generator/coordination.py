"""Start all processes of a load at one moment, and let them finish before the master ends.

Locust's master ends half a second after it has told its workers to quit, and then interrupts them,
however long their stop timeout is. So the master first asks each worker to stop its users, and
waits until all have.
"""

import logging
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import gevent
from locust.env import Environment
from locust.runners import STATE_MISSING, MasterRunner, WorkerRunner

from celsiusify_load_tests.recording.clock import now_ns

LEAD_NS = 50_000_000
"""From when all users are there until the load begins: all processes hear of it meanwhile."""

_BEGIN = "celsiusify_begin"


class StartSignal(NamedTuple):
    """The start of a load, in ns as `clock.now_ns`, and the number of its processes."""

    at_ns: int
    processes: int


def announce_begin(runner: MasterRunner) -> int:
    """Tell the workers the start time, and return it."""
    at_ns = now_ns() + LEAD_NS
    runner.send_message(_BEGIN, {"at_ns": at_ns, "processes": runner.worker_count})
    return at_ns


def listen_for_begin(runner: WorkerRunner, begin: Callable[[StartSignal], None]) -> None:
    """Register the worker's handler, which calls `begin` with the master's signal."""

    def on_begin(environment: Environment, msg: Any) -> None:
        begin(StartSignal(**msg.data))

    runner.register_message(_BEGIN, on_begin)


_STOP_USERS = "celsiusify_stop_users"
_USERS_STOPPED = "celsiusify_users_stopped"
_MARGIN_S = 5.0

logger = logging.getLogger(__name__)


class Drain:
    """The master's wait for all workers to stop their users."""

    def __init__(self, runner: MasterRunner) -> None:
        self._runner = runner
        self._stopped: set[str] = set()
        runner.register_message(_USERS_STOPPED, self._on_users_stopped)

    def wait(self) -> None:
        """Ask the workers to stop their users; return when they have, or after a time limit."""
        self._stopped.clear()
        self._runner.send_message(_STOP_USERS)
        deadline = time.monotonic() + self._runner.environment.stop_timeout + _MARGIN_S
        while (pending := self._pending()) and time.monotonic() < deadline:
            gevent.sleep(0.02)
        if pending:
            logger.error("these workers did not stop in time: %s", ", ".join(sorted(pending)))

    def _pending(self) -> set[str]:
        present = {node.id for node in self._runner.clients.all if node.state != STATE_MISSING}
        return present - self._stopped

    def _on_users_stopped(self, environment: Environment, msg: Any) -> None:
        self._stopped.add(msg.node_id)


def listen_for_drain(runner: WorkerRunner) -> None:
    """Register the worker's handler, which stops its users."""

    def on_stop_users(environment: Environment, msg: Any) -> None:
        runner.stop()
        runner.send_message(_USERS_STOPPED)

    runner.register_message(_STOP_USERS, on_stop_users, concurrent=True)
