"""`celsiusify-load-tests profiles`: list the load profiles."""

import click

from celsiusify_load_tests.config.profiles import read_profiles, resolve
from celsiusify_load_tests.exit_codes import ExitCode
from celsiusify_load_tests.run.messages import describe_profile


@click.command(help="List the load profiles.")
def command() -> ExitCode:
    """Print a line for each profile."""
    for name in read_profiles():
        click.echo(f"{name:12}{describe_profile(resolve({'profile': name}))}")
    return ExitCode.OK
