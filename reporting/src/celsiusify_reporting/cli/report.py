"""`report`: write the statistics and the pages of runs."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from celsiusify_reporting.cli.options import add_paths
from celsiusify_reporting.errors import ReportError
from celsiusify_reporting.exit_codes import INVALID, USAGE, VALID
from celsiusify_reporting.render import summary_csv
from celsiusify_reporting.run_folder import (
    HTML,
    PDF,
    REPORT,
    kept,
    measure_run,
    render,
    run_folders,
    write,
)

SUMMARY = "summary.csv"


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's options."""
    parser = commands.add_parser(
        "report", help="write the statistics and the report of each run, and the summary of all"
    )
    add_paths(parser)
    parser.set_defaults(command=report)


@dataclass
class Outcome:
    """What came of reporting: problems in words, and whether a measurement was invalid."""

    problems: list[str] = field(default_factory=list)
    invalid: bool = False

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Note what keeps something from being reported, and go on."""
        try:
            yield
        except ReportError as error:
            self.problems.append(str(error))

    @property
    def code(self) -> int:
        """The exit code."""
        if self.problems:
            return USAGE
        return INVALID if self.invalid else VALID


def report(options: argparse.Namespace) -> int:
    """Report runs, and return the exit code."""
    outcome = Outcome()
    for path in options.paths:
        with outcome.noted():
            _report_all(run_folders(path), outcome)
    for problem in outcome.problems:
        print(f"celsiusify-reporting: {problem}", file=sys.stderr)
    return outcome.code


def _report_all(folders: list[Path], outcome: Outcome) -> None:
    """Report runs of one folder of results, and sum them up there."""
    path = folders[0].absolute().parent / SUMMARY
    before = summary_csv.read(path)
    summarised = {line["run"] for line in before}
    lines: list[summary_csv.Line] = []
    for folder in folders:
        with outcome.noted():
            lines += _report(folder, summarised, outcome)
    if lines:
        write(path.parent, {SUMMARY: summary_csv.merge(before, lines).encode()})
        print(path)


def _report(folder: Path, summarised: set[str], outcome: Outcome) -> list[summary_csv.Line]:
    """Report a run or keep it, say so, and return the lines that the summary needs."""
    if (lines := kept(folder)) is not None:
        print(f"{folder}: kept as it was reported, for its rows aren't here")
        return [line for line in lines if line["run"] not in summarised]
    if sys.stderr.isatty():
        print(f"{folder}: reading …", end="\r", file=sys.stderr)
    drawn_up, measured = measure_run(folder)
    files = render(drawn_up, measured)
    write(folder, files)
    outcome.invalid |= not drawn_up.verdict.valid
    print(f"{folder}: {drawn_up.verdict.word}. {drawn_up.conclusion.headline}")
    print(folder / PDF)
    print(folder / HTML)
    return summary_csv.lines(json.loads(files[REPORT]))
