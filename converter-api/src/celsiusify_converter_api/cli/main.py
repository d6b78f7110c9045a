"""The command `celsiusify-converter-api`: serve the API, or describe what would serve it."""

import sys
from collections.abc import Sequence
from importlib import import_module

import click

from celsiusify_converter_api import DISTRIBUTION, __version__
from celsiusify_converter_api.exit_codes import ExitCode

VERBS = {
    "describe": "Print as JSON what serve would start.",
    "serve": "Serve the API until SIGTERM or SIGINT.",
}
"""The help of each verb. The verb's module is imported only when the verb runs."""

EPILOG = "Exit codes: 0 graceful stop, 1 server failed, 2 unusable setting or argument."


class LazyGroup(click.Group):
    """A group that imports a verb's module when the verb runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all verbs."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a verb, or None if there is no verb of that name."""
        if cmd_name not in VERBS:
            return None

        def run() -> None:
            import_module(f"celsiusify_converter_api.cli.{cmd_name}").run()

        return click.Command(cmd_name, callback=run, help=VERBS[cmd_name])


@click.group(cls=LazyGroup, epilog=EPILOG, no_args_is_help=False)
@click.version_option(__version__, message="%(version)s")
def command() -> None:
    """Convert Fahrenheit to Celsius over HTTP. All settings are environment variables."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code.

    Args:
        arguments: The command line; that of the process if not given.
    """
    try:
        command.main(arguments, prog_name=DISTRIBUTION, standalone_mode=False)
    except click.ClickException as error:
        message = " ".join(error.format_message().split())
        print(f"{DISTRIBUTION}: {message}", file=sys.stderr)
        return ExitCode.USAGE
    except (click.Abort, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    return ExitCode.OK
