"""Reports of several runs, and the summary of their folder."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import click

from celsiusify_reporting.errors import ReportError
from celsiusify_reporting.exit_codes import ExitCode
from celsiusify_reporting.inputs.report_json import REPORT
from celsiusify_reporting.render import summary_csv
from celsiusify_reporting.run_folder import (
    HTML,
    PDF,
    kept,
    measure_run,
    render,
    run_folders,
    write,
)

SUMMARY = "summary.csv"


@dataclass
class Outcome:
    """The problems met, and whether a measurement was invalid."""

    problems: list[str] = field(default_factory=list)
    invalid: bool = False

    @contextmanager
    def record_problem(self) -> Iterator[None]:
        """Record the problem of a run that can't be reported, and go on."""
        try:
            yield
        except ReportError as error:
            self.problems.append(str(error))

    @property
    def exit_code(self) -> ExitCode:
        """The exit code."""
        if self.problems:
            return ExitCode.USAGE
        return ExitCode.INVALID if self.invalid else ExitCode.OK


def report_all(paths: Sequence[Path]) -> Outcome:
    """Report the runs at these paths, each a run's folder or one that holds runs."""
    outcome = Outcome()
    for path in paths:
        with outcome.record_problem():
            _report_folders(run_folders(path), outcome)
    return outcome


def _report_folders(folders: Sequence[Path], outcome: Outcome) -> None:
    """Report the runs of one folder of results, and summarise them in its summary.csv."""
    path = folders[0].absolute().parent / SUMMARY
    before = summary_csv.read(path)
    summarised = {line["run"] for line in before}
    lines: list[summary_csv.Line] = []
    for folder in folders:
        with outcome.record_problem():
            lines += _report(folder, summarised, outcome)
    if lines:
        write(path.parent, {SUMMARY: summary_csv.merge(before, lines).encode()})
        click.echo(path)


def _report(folder: Path, summarised: set[str], outcome: Outcome) -> list[summary_csv.Line]:
    """Report a run or keep its report, and return the lines that the summary lacks."""
    if (lines := kept(folder)) is not None:
        click.echo(f"{folder}: kept as it was reported, because its rows aren't here")
        return [line for line in lines if line["run"] not in summarised]
    if sys.stderr.isatty():
        click.echo(f"{folder}: reading …\r", nl=False, err=True)
    report, measured = measure_run(folder)
    files = render(report, measured)
    write(folder, files)
    outcome.invalid |= not report.verdict.valid
    click.echo(f"{folder}: {report.verdict.word}. {report.conclusion.headline}")
    click.echo(folder / PDF)
    click.echo(folder / HTML)
    return summary_csv.lines(json.loads(files[REPORT]))
