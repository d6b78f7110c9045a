"""The command `celsiusify-tf-model`: train a model, check it, and export it."""

import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from types import FrameType

import click

from celsiusify_tf_model.errors import ModelError
from celsiusify_tf_model.exit_codes import ExitCode

PROGRAM = "celsiusify-tf-model"

VERBS = ("export",)
"""The verbs. Each is the function `command` of its module, which is imported when it is named."""


class LazyGroup(click.Group):
    """A group that imports a verb's module when the verb is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all verbs."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a verb, or None if there is no verb of that name."""
        if cmd_name not in VERBS:
            return None
        command: click.Command = import_module(f"celsiusify_tf_model.cli.{cmd_name}").command
        return command


@click.group(
    cls=LazyGroup,
    no_args_is_help=False,
    epilog="Exit codes: 0 exported or up to date, 2 wrong usage, 5 model not exact enough.",
)
@click.version_option(version(PROGRAM), message="%(version)s")
def group() -> None:
    """Learn the conversion from °F to °C and export it for TensorFlow Serving."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: The command line; that of the process if not given.

    Returns:
        The exit code: 0 if exported or up to date, 2 for wrong usage, 5 if not exact enough.
    """
    signal.signal(signal.SIGTERM, _leave)
    try:
        group.main(arguments, prog_name=PROGRAM, standalone_mode=False)
    except ModelError as error:
        return _fail(str(error), error.exit_code)
    except click.ClickException as error:
        return _fail(" ".join(error.format_message().split()), ExitCode.USAGE)
    except (click.Abort, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    return ExitCode.OK


def _fail(message: str, code: ExitCode) -> ExitCode:
    """Print an error as one line, and return its exit code."""
    print(f"{PROGRAM}: {message}", file=sys.stderr)
    return code


def _leave(number: int, _frame: FrameType | None) -> None:
    """End as if by an exception, so that half an export is cleared away."""
    sys.exit(128 + number)
