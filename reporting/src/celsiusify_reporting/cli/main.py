"""The command `celsiusify-reporting`."""

import os
import signal
import sys
import tempfile
from collections.abc import Sequence

import click

from celsiusify_reporting.cli.group import LazyGroup
from celsiusify_reporting.errors import ReportError
from celsiusify_reporting.exit_codes import ExitCode

PROGRAM = "celsiusify-reporting"
SUMMARIES = {
    "report": "Write the statistics and the reports of runs.",
    "compare": "Compare a run with an earlier run.",
    "audit": "Check that all parts of runs agree.",
    "schema": "Write the JSON Schemas of run.json and report.json.",
}
HELP = """Report what load tests measured.

\b
Exit codes:
  0    report: every run was reported, or kept because its rows aren't here;
       compare: no target got worse by more than is allowed;
       audit: no check failed; schema: the files are up to date
  1    schema --check: a file is out of date
  2    a path or an option is wrong, or a run couldn't be reported
  3    report: a measurement is invalid; compare: the runs can't be
       compared; audit: a check failed
  5    compare: a target got worse by more than is allowed
  130  interrupted by Ctrl-C or by the stop of a container
  141  the reader of the output closed it
"""


@click.group(
    cls=LazyGroup,
    package="celsiusify_reporting.cli",
    summaries=SUMMARIES,
    help=HELP,
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name=PROGRAM, message="%(prog)s %(version)s")
def group() -> None:
    """Hold the commands."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; errors are one line on stderr."""
    # PID 1 of a container ignores SIGTERM unless a handler is installed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code = _run(sys.argv[1:] if arguments is None else list(arguments))
        sys.stdout.flush()
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        return _fail(error.format_message())
    except ReportError as error:
        return _fail(str(error))
    except (KeyboardInterrupt, click.Abort):
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # Python flushes stdout again at exit and would report the closed pipe then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.BROKEN_PIPE
    return code


def _run(arguments: list[str]) -> int:
    _require_temporary_folder()
    # click's own main() would turn a closed pipe into exit code 1.
    with group.make_context(PROGRAM, arguments) as context:
        return ExitCode(group.invoke(context))


def _fail(message: str) -> int:
    click.echo(f"{PROGRAM}: {' '.join(message.split())}", err=True)
    return ExitCode.USAGE


def _require_temporary_folder() -> None:
    """Refuse to go on without a folder for temporary files, which Matplotlib needs.

    Raises:
        ClickException: If there is none.
    """
    try:
        tempfile.gettempdir()
    except FileNotFoundError as error:
        raise click.ClickException(
            "no folder for temporary files; mount /tmp, or set TMPDIR"
        ) from error
