"""The command `report`: write the statistics and the pages of runs."""

from pathlib import Path

import click

from celsiusify_reporting.cli.arguments import run_paths, runs_argument
from celsiusify_reporting.exit_codes import ExitCode


@click.command(
    name="report", help="Write the statistics and the report of each run, and the summary of all."
)
@runs_argument
def command(paths: tuple[Path, ...]) -> ExitCode:
    """Report runs and return the exit code."""
    # The help needs none of this: it imports pandas, Matplotlib and PyMuPDF.
    from celsiusify_reporting.cli.run_reports import report_all

    outcome = report_all(run_paths(paths))
    for problem in outcome.problems:
        click.echo(f"celsiusify-reporting: {problem}", err=True)
    return outcome.exit_code
