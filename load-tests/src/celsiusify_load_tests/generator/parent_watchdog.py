"""Stop a load whose parent command has ended, since nothing would collect the recording."""

import os
from typing import TYPE_CHECKING

import gevent

if TYPE_CHECKING:  # the command itself has no part of Locust
    from locust.runners import Runner

COMMAND_PID = "CELSIUSIFY_COMMAND_PID"
"""The environment variable that says which process started Locust to make a load."""
PERIOD_S = 1.0


def end_with_command(runner: "Runner") -> None:
    """End the load once the process that started this one has ended; if none is named, never."""
    if pid := os.environ.get(COMMAND_PID):
        gevent.spawn(_watch, int(pid), runner)


def _watch(pid: int, runner: "Runner") -> None:
    while os.getppid() == pid:
        gevent.sleep(PERIOD_S)
    runner.quit()
