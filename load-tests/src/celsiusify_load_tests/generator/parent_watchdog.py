"""Stop a load whose parent command has ended, since nothing would collect the recording."""

import os
from typing import TYPE_CHECKING

import gevent

if TYPE_CHECKING:  # the command itself must not import Locust
    from locust.runners import Runner

COMMAND_PID = "CELSIUSIFY_COMMAND_PID"
"""The environment variable with the process that started Locust for a load."""
PERIOD_S = 1.0


def end_with_command(runner: "Runner") -> None:
    """End the load when its parent command ends; without a named parent, never."""
    if pid := os.environ.get(COMMAND_PID):
        gevent.spawn(_quit_after, int(pid), runner)


def _quit_after(pid: int, runner: "Runner") -> None:
    while os.getppid() == pid:
        gevent.sleep(PERIOD_S)
    runner.quit()
