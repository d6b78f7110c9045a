"""The command `audit`: check the folders of runs."""

from collections import Counter
from pathlib import Path

import click

from celsiusify_reporting.cli.arguments import run_paths, runs_argument
from celsiusify_reporting.exit_codes import ExitCode


@click.command(
    name="audit", help="Check that rows, counts, schedules, figures and pages of runs agree."
)
@runs_argument
def command(paths: tuple[Path, ...]) -> ExitCode:
    """Print the checklist of each run and return the exit code."""
    # The help needs none of these: they import pandas, Matplotlib and PyMuPDF.
    from celsiusify_reporting.audit.runner import audit
    from celsiusify_reporting.run_folder import run_folders

    outcomes: Counter[str] = Counter()
    for folder in (folder for path in run_paths(paths) for folder in run_folders(path)):
        click.echo(folder)
        for check in audit(folder):
            detail = f": {check.detail}" if check.detail else ""
            click.echo(f"  {check.outcome:13}  {check.what}{detail}")
            outcomes[check.outcome] += 1
    click.echo(_conclusion(outcomes))
    return ExitCode.INVALID if outcomes["failed"] else ExitCode.OK


def _conclusion(outcomes: Counter[str]) -> str:
    failed, skipped = outcomes["failed"], outcomes["not checkable"]
    result = f"{failed} checks failed" if failed else "Every check that was made holds"
    return f"{result}; {skipped} couldn't be made." if skipped else f"{result}."
