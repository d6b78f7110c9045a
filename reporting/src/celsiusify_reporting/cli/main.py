"""Report what load tests measured.

exit codes:
  0  report: every run was reported, or kept as it was because its rows aren't here;
     compare: no target got worse by more than is allowed; audit: no check failed
  2  a path or an option is wrong, or a run could not be reported; the others were
  3  report: a measurement is invalid; compare: the runs can't be compared; audit: a check failed
  5  compare: a target got worse by more than is allowed
  130  interrupted, by Ctrl-C or by what stops a container
  141  whoever read the output went away
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from typing import NoReturn

from celsiusify_reporting.errors import ReportError
from celsiusify_reporting.exit_codes import INTERRUPTED, UNREAD, USAGE


class Parser(argparse.ArgumentParser):
    """Says what is wrong with an argument in one line."""

    def error(self, message: str) -> NoReturn:
        """Leave, where argparse would print the usage first."""
        self.exit(USAGE, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    if problem := _lack():
        print(f"celsiusify-reporting: {problem}", file=sys.stderr)
        return USAGE
    options = _parser().parse_args(arguments)
    # As the first process of a container it would take no notice of SIGTERM.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code = int(options.command(options))
        sys.stdout.flush()
    except ReportError as error:
        print(f"celsiusify-reporting: {error}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Python flushes once more as it ends, and would tell of it then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREAD
    return code


def _lack() -> str | None:
    """Say what is missing without which nothing can be drawn, None if nothing."""
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        return "no folder for temporary files: mount /tmp, or have TMPDIR name one"
    return None


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="celsiusify-reporting",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    # Matplotlib comes with them, and wants a folder for temporary files as it is imported.
    from celsiusify_reporting.cli import audit, compare, report

    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (report, compare, audit):
        command.add_parser(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
