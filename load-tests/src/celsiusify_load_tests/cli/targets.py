"""`celsiusify-load-tests targets`: list the targets."""

from pathlib import Path

import click

from celsiusify_load_tests.cli.options import targets_file_option
from celsiusify_load_tests.config.targets import read_targets
from celsiusify_load_tests.exit_codes import ExitCode


@click.command(help="List the targets.")
@targets_file_option
def command(targets_file: Path) -> ExitCode:
    """Print a line for each target."""
    for target in read_targets(targets_file).values():
        request = target.request
        note = "" if target.in_all else "  (not in `all`)"
        click.echo(f"{target.name:20}{target.title:30}{request.protocol:10}{request}{note}")
    return ExitCode.OK
