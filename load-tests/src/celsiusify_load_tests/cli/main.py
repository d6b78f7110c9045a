"""The command `celsiusify-load-tests`."""

import importlib
import os
import shlex
import sys
from collections.abc import Sequence

import click

from celsiusify_load_tests.errors import LoadTestError
from celsiusify_load_tests.exit_codes import ExitCode

PROGRAM = "celsiusify-load-tests"
VERBS = {
    "run": "Load targets and record every request.",
    "capacity": "Search the highest rate at which targets hold an objective.",
    "targets": "List the targets.",
    "profiles": "List the load profiles.",
    "schema": "Write the JSON Schema of a load specification.",
    "worker": "Take part in a run that is led on another machine.",
    "member": "Take a role in a run of equal pods.",
    "export": "Print a run's files as lines of a log.",
    "locust": "Run Locust itself, for its web UI.",
}
"""The help of each verb. The verb's module is imported only when the verb is called."""

HELP = """Drive load at serving targets and record every request.

\b
Exit codes:
  0    complete: every request succeeded
  1    complete, but some requests failed; schema --check: out of date
  2    an option, a file or a target can't be used
  3    a measurement is invalid, e.g. because a worker was lost
  4    the targets' answers differ: nothing was timed
  5    capacity: not even the lowest rate holds the objective
  130  interrupted; what was recorded is kept
  141  the reader of the output closed it
"""


class LazyGroup(click.Group):
    """A group that imports a verb's module when the verb is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all verbs."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a verb, or None if there is no verb of that name."""
        if cmd_name not in VERBS:
            return None
        verb = importlib.import_module(f"celsiusify_load_tests.cli.{cmd_name}").command
        assert isinstance(verb, click.Command)
        return verb

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs' help without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))


@click.group(cls=LazyGroup, help=HELP, no_args_is_help=False)
@click.version_option(package_name=PROGRAM, message="%(prog)s %(version)s")
def group() -> None:
    """Hold the verbs."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; errors are one line on stderr."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    try:
        # click's own main() would turn a closed pipe into exit code 1.
        with group.make_context(PROGRAM, arguments, obj=shlex.join([PROGRAM, *arguments])) as ctx:
            code = ExitCode(group.invoke(ctx))
        sys.stdout.flush()
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        return _fail(error.format_message())
    except LoadTestError as error:
        return _fail(str(error))
    except (KeyboardInterrupt, click.Abort):
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # Python flushes stdout again at exit and would report the closed pipe then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.BROKEN_PIPE
    return code


def _fail(message: str) -> int:
    print(f"{PROGRAM}: {' '.join(message.split())}", file=sys.stderr)
    return ExitCode.USAGE
