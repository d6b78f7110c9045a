"""`celsiusify-load-tests locust`: Locust itself with our locustfile, for its web UI."""

import argparse
import os
import sys
from typing import NoReturn

from celsiusify_load_tests.run.locust_process import LOCUSTFILE


def add_locust_options(verb: argparse.ArgumentParser) -> None:
    """Add the options of `locust`."""
    verb.add_argument("arguments", nargs="*", metavar="-- OPTION", help="Locust's, and ours for it")


def become_locust(options: argparse.Namespace, _: str) -> NoReturn:
    """Run Locust in this process's place, so that it is the one that signals go to."""
    command = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), *options.arguments]
    os.execv(sys.executable, command)
