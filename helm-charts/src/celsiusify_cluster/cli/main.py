"""The command `celsiusify-cluster`."""

import importlib
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

import click

from celsiusify_cluster.errors import BrokenOutput, ClusterError
from celsiusify_cluster.exit_codes import ExitCode
from celsiusify_cluster.time_limits import TimeLimits

if TYPE_CHECKING:
    from celsiusify_cluster.console import Terminal

PROGRAM = "celsiusify-cluster"
LOADTEST = "loadtest"
VERBS = {
    "deploy": "Install or upgrade the release, and wait until it is ready.",
    "undeploy": "Remove the release.",
    "status": "Show what is on the cluster, and what is wrong with it.",
    "smoke": "Ask each target for a temperature, by the chart's tests.",
    "package": "Pack the chart into one file.",
    "create": "Create a cluster on this machine.",
    "delete": "Delete that cluster.",
    LOADTEST: "Load targets inside the cluster, and fetch the results.",
    "results": "Fetch the results of a load again.",
    "tools": "Download helm and kubectl.",
}
"""The help of each verb. The verb's module is imported only when the verb is called."""

HELP = """Deploy the targets to a Kubernetes cluster and load them there.

\b
Exit codes:
  0    done; a load: every request succeeded
  1    smoke: a target failed its test; a load: some requests failed
  2    an option, a file or the cluster can't be used
  3    a load's results aren't complete, or the measurement is invalid
  4, 5 as those of celsiusify-load-tests
  130  interrupted; what arrived of a load's results is kept
  141  the reader of the output closed it
"""


@dataclass(frozen=True)
class Session:
    """What all verbs share.

    Attributes:
        terminal: The user's terminal.
        extra: The arguments after `--`, which are handed on to a load.
        limits: The time limits of waiting for the cluster.
    """

    terminal: "Terminal"
    extra: Sequence[str]
    limits: TimeLimits


class LazyGroup(click.Group):
    """A group that imports a verb's module when the verb is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all verbs."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a verb, or None if there is no verb of that name."""
        if cmd_name not in VERBS:
            return None
        verb = importlib.import_module(f"celsiusify_cluster.cli.{cmd_name}").command
        assert isinstance(verb, click.Command)
        return verb

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs' help without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))


@click.group(cls=LazyGroup, help=HELP, no_args_is_help=False)
@click.version_option(package_name="celsiusify-helm-charts", message="%(prog)s %(version)s")
@click.pass_context
def group(context: click.Context) -> None:
    """Hold the verbs."""
    from celsiusify_cluster.console import Terminal

    extra, limits = context.obj
    if extra and context.invoked_subcommand != LOADTEST:
        raise click.UsageError(f"`--` is for {LOADTEST}, not for {context.invoked_subcommand}")
    context.obj = Session(Terminal(limits.progress_s), extra, limits)
    context.call_on_close(context.obj.terminal.clear)


def main(argv: Sequence[str] | None = None, limits: TimeLimits | None = None) -> int:
    """Run the command line and return its exit code; errors are one line on stderr.

    Args:
        argv: The command line; that of the process if not given.
        limits: The time limits; the usual ones if not given.
    """
    # PID 1 of a container ignores SIGTERM unless a handler is installed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    own, extra = split_extra(sys.argv[1:] if argv is None else argv)
    try:
        with group.make_context(PROGRAM, own, obj=(extra, limits or TimeLimits())) as context:
            return int(group.invoke(context))
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        return _fail(error.format_message())
    except ClusterError as error:
        return _fail(str(error), error.code)
    except OSError as error:
        return _fail(": ".join(filter(None, (error.filename, error.strerror))) or repr(error))
    except (KeyboardInterrupt, click.Abort):
        return ExitCode.INTERRUPTED
    except BrokenOutput:
        return ExitCode.BROKEN_PIPE


def split_extra(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Split a command line at `--`: what follows is for another command."""
    own = list(takewhile(lambda argument: argument != "--", arguments))
    return own, list(arguments[len(own) + 1 :])


def _fail(message: str, code: ExitCode = ExitCode.USAGE) -> int:
    print(f"{PROGRAM}: {' '.join(message.split())}", file=sys.stderr)
    return code
