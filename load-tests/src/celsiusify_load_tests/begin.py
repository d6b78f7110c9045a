"""Let all processes of a load begin at one moment: Locust's master says when."""

from collections.abc import Callable
from typing import Any, NamedTuple

from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

from celsiusify_load_tests.clock import now_ns

LEAD_NS = 50_000_000
"""From when all users are there until the load begins: all processes hear of it meanwhile."""

_BEGIN = "celsiusify_begin"


class Begin(NamedTuple):
    """When a load begins, in ns as `clock.now_ns`, and how many processes make it."""

    at_ns: int
    processes: int


def announce_begin(runner: MasterRunner) -> int:
    """Tell the workers when to begin, and return it."""
    at_ns = now_ns() + LEAD_NS
    runner.send_message(_BEGIN, {"at_ns": at_ns, "processes": runner.worker_count})
    return at_ns


def listen_for_begin(runner: WorkerRunner, begin: Callable[[Begin], None]) -> None:
    """Set up the worker's side: `begin` is called once the master has told."""

    def on_begin(environment: Environment, msg: Any) -> None:
        begin(Begin(**msg.data))

    runner.register_message(_BEGIN, on_begin)
