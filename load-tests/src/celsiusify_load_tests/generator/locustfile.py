"""Locust's entry point: `locust -f locustfile.py --target NAME --host URL`."""

import gc
import inspect
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import gevent
import psutil
from locust import events
from locust.env import Environment
from locust.runners import LocalRunner, MasterRunner, WorkerRunner

from celsiusify_load_tests.errors import LoadTestError
from celsiusify_load_tests.generator.cardinality_guard import guard_names
from celsiusify_load_tests.generator.context import Plan, claim
from celsiusify_load_tests.generator.coordination import listen_for_drain
from celsiusify_load_tests.generator.hooks import USAGE_ERROR, Generator, Leader
from celsiusify_load_tests.generator.options import add_options, options_of, read_load_file
from celsiusify_load_tests.generator.parent_watchdog import end_with_command
from celsiusify_load_tests.generator.users import ConvertUser, ScheduledUser, choose_users

__all__ = ["ConvertUser", "ScheduledUser"]

_events: Any = events  # Locust's hooks have no types

Runner = LocalRunner | MasterRunner | WorkerRunner


def add_our_options(parser: ArgumentParser, **_: Any) -> None:
    """Add this project's options to Locust's."""
    add_options(parser)


def take_part(environment: Environment, runner: Runner, **_: Any) -> None:
    """Give this process its role; a worker gets the load from its master, others check it now."""
    # Timers count from when the event loop last looked at the clock, which was before all the
    # imports: without this, --run-time ends the run that much too early.
    gevent.get_hub().loop.update_now()
    # Locust looks at its own stack when it stops a run. The first look takes some 40 ms, in which
    # no answer is read: those that come then would count as that slow.
    inspect.stack()
    # A full collection looks at all that the imports left for ever, which takes some 100 ms, and
    # comes just when a load opens many connections.
    gc.freeze()
    try:
        if not isinstance(runner, WorkerRunner):
            assert environment.parsed_options is not None
            read_load_file(environment.parsed_options)
            options = options_of(environment.parsed_options)
            choose_users(environment, Plan(options, environment.host).load)
            if options.spool_dir:
                claim(Path(options.spool_dir))
            end_with_command(runner)
        if isinstance(runner, MasterRunner):
            Leader(environment, runner)
            return
    except LoadTestError as error:
        sys.stderr.write(f"{error}\n")
        _end_workers()
        sys.exit(USAGE_ERROR)
    if isinstance(runner, WorkerRunner):
        listen_for_drain(runner)
    Generator(environment, runner)


def _end_workers() -> None:
    """Kill the processes that `--processes` forked: they would wait for their master forever."""
    for worker in psutil.Process().children():
        worker.kill()


_events.init_command_line_parser.add_listener(add_our_options)
_events.init.add_listener(take_part)
guard_names()
