"""`audit`: check the folders of runs."""

from __future__ import annotations

import argparse
from collections import Counter

from celsiusify_reporting.audit.runner import audit
from celsiusify_reporting.cli.options import add_paths
from celsiusify_reporting.exit_codes import INVALID, VALID
from celsiusify_reporting.run_folder import run_folders


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's options."""
    parser = commands.add_parser(
        "audit", help="check that rows, counts, schedules, figures and pages of runs agree"
    )
    add_paths(parser)
    parser.set_defaults(command=run_audit)


def run_audit(options: argparse.Namespace) -> int:
    """Print the checklist of each run, and return the exit code.

    Raises:
        ReportError: If there is no run at a path.
    """
    outcomes: Counter[str] = Counter()
    for folder in (folder for path in options.paths for folder in run_folders(path)):
        print(folder)
        for found in audit(folder):
            detail = f": {found.detail}" if found.detail else ""
            print(f"  {found.outcome:13}  {found.what}{detail}")
            outcomes[found.outcome] += 1
    print(_conclusion(outcomes))
    return INVALID if outcomes["failed"] else VALID


def _conclusion(outcomes: Counter[str]) -> str:
    failed, left = outcomes["failed"], outcomes["not checkable"]
    said = f"{failed} checks failed" if failed else "Every check holds that was made"
    return f"{said}; {left} couldn't be made." if left else f"{said}."
