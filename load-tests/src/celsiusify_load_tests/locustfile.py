"""Locust's entry: `locust -f locustfile.py --target NAME --host URL`, alone or distributed."""

import inspect
import sys
from argparse import ArgumentParser
from typing import Any

import gevent
from locust import events
from locust.env import Environment
from locust.runners import LocalRunner, MasterRunner, WorkerRunner

from celsiusify_load_tests.drain import listen_for_drain
from celsiusify_load_tests.errors import LoadTestError
from celsiusify_load_tests.load import Plan
from celsiusify_load_tests.options import add_options, options_of
from celsiusify_load_tests.session import USAGE_ERROR, Generator, Leader
from celsiusify_load_tests.user import ConvertUser

__all__ = ["ConvertUser"]

_events: Any = events  # Locust's hooks have no types

Runner = LocalRunner | MasterRunner | WorkerRunner


def add_our_options(parser: ArgumentParser, **_: Any) -> None:
    """Add our options to Locust's."""
    add_options(parser)


def take_part(environment: Environment, runner: Runner, **_: Any) -> None:
    """Give this process its part; a worker learns the plan from its master, others check it now."""
    # Timers count from when the event loop last looked at the clock, which was before all the
    # imports: without this, --run-time ends the run that much too early.
    gevent.get_hub().loop.update_now()
    # Locust looks at its own stack when it stops a run. The first look takes some 40 ms, in which
    # no answer is read: those that come then would count as that slow.
    inspect.stack()
    try:
        if not isinstance(runner, WorkerRunner):
            Plan(options_of(environment.parsed_options), environment.host)
        if isinstance(runner, MasterRunner):
            Leader(environment, runner)
            return
    except LoadTestError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(USAGE_ERROR)
    if isinstance(runner, WorkerRunner):
        listen_for_drain(runner)
    Generator(environment, runner)


_events.init_command_line_parser.add_listener(add_our_options)
_events.init.add_listener(take_part)
