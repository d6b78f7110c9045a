"""The command `celsiusify-tf-serving`: serve the model, or describe what would serve it."""

import sys
from collections.abc import Sequence
from importlib import import_module

import click

from celsiusify_tf_serving.exit_codes import ExitCode
from celsiusify_tf_serving.settings import StartError

PROGRAM = "celsiusify-tf-serving"
DISTRIBUTION = "celsiusify-tf-serving-image"

VERBS = {
    "serve": "Start the server and stay until it ends.",
    "describe": "Print as JSON what serve would start.",
}
"""The help of each verb. The module of the verbs is imported only when a verb runs."""

EPILOG = "Exit codes: 2 unusable option, engine or model; 130 interrupted; else the server's own."


class LazyGroup(click.Group):
    """A group that imports its verbs when one runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all verbs."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a verb, or None if there is no verb of that name."""
        if cmd_name not in VERBS:
            return None
        verbs = import_module("celsiusify_tf_serving.cli.verbs")
        command: click.Command = getattr(verbs, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help of each verb without importing the verbs."""
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))


@click.group(
    cls=LazyGroup,
    epilog=EPILOG,
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name=DISTRIBUTION, message="%(version)s")
def group() -> None:
    """Serve the model by TensorFlow Serving, or by the embedded server."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; an error is one line on stderr.

    Args:
        arguments: The command line; that of the process if not given.
    """
    try:
        return int(group.main(arguments, prog_name=PROGRAM, standalone_mode=False) or ExitCode.OK)
    except click.ClickException as error:
        return _fail(error.format_message())
    except StartError as error:
        return _fail(str(error))
    except (click.Abort, KeyboardInterrupt):
        return ExitCode.INTERRUPTED


def _fail(message: str) -> ExitCode:
    print(f"{PROGRAM}: {' '.join(message.split())}", file=sys.stderr)
    return ExitCode.USAGE
