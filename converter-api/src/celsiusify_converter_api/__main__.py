"""The command `celsiusify-converter-api`.

Exit codes: 0 after a graceful stop, 1 if the server failed, 2 if a setting or argument can't be
used.
"""

import argparse
import json
import os
import socket
import sys
from typing import NoReturn

from . import DISTRIBUTION, __version__
from .config import ConfigError, Settings
from .engine import describe


class Parser(argparse.ArgumentParser):
    """Says what is wrong with an argument in one line."""

    def error(self, message: str) -> NoReturn:
        """Leave with exit code 2, where argparse would print the usage first."""
        self.exit(2, f"{DISTRIBUTION}: {message}\n")


def serve(settings: Settings) -> None:
    """Become gunicorn, serving the API: the process stays the same, so that signals reach it."""
    refuse_taken_port(settings.host, settings.port)
    package = __package__
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", f"python:{package}.gunicorn_conf"]
    os.execv(sys.executable, [*gunicorn, f"{package}.app:create_app()"])


def refuse_taken_port(host: str, port: int) -> None:
    """Find out before gunicorn does, which would try for seconds and say so at length.

    Raises:
        ConfigError: If the address can't be listened on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen()
        except OSError as error:
            raise ConfigError(f"can't listen on {host} port {port}: {error.strerror}") from error


def print_description(settings: Settings) -> None:
    """Print what `serve` would start, as one JSON object."""
    print(json.dumps(describe(settings)))


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = Parser(prog=DISTRIBUTION, description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, text in (
        ("serve", serve, "serve the API until SIGTERM or SIGINT"),
        ("describe", print_description, "print as JSON what serve would start"),
    ):
        commands.add_parser(name, help=text, description=text).set_defaults(run=run)
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> None:
    """Run the command; a user's error is one line and exit code 2."""
    run = parse_arguments(arguments).run
    try:
        run(Settings.load())
    except ConfigError as error:
        print(f"{DISTRIBUTION}: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
