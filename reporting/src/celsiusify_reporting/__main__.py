"""Report what load tests measured.

exit codes:
  0  every run was reported, or kept as it was because its rows aren't here
  2  a path or an option is wrong, or a run could not be reported; the others were
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from celsiusify_reporting import summary
from celsiusify_reporting.errors import ReportError
from celsiusify_reporting.folder import PDF, REPORT, kept, measure_run, render, run_folders, write

SUMMARY = "summary.csv"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    options = _parser().parse_args(arguments)
    problems: list[str] = []
    for path in options.paths:
        with noted(problems):
            _report_all(run_folders(path), problems)
    for problem in problems:
        print(f"celsiusify-reporting: {problem}", file=sys.stderr)
    return 2 if problems else 0


@contextmanager
def noted(problems: list[str]) -> Iterator[None]:
    """Note what keeps something from being reported, and go on."""
    try:
        yield
    except ReportError as error:
        problems.append(str(error))


def _report_all(folders: list[Path], problems: list[str]) -> None:
    """Report runs of one folder of results, and sum them up there."""
    path = folders[0].absolute().parent / SUMMARY
    before = summary.read(path)
    summarised = {line["run"] for line in before}
    lines: list[summary.Line] = []
    for folder in folders:
        with noted(problems):
            lines += _report(folder, summarised)
    if lines:
        write(path.parent, {SUMMARY: summary.merge(before, lines).encode()})
        print(path)


def _report(folder: Path, summarised: set[str]) -> list[summary.Line]:
    """Report a run or keep it, say so, and return the lines that the summary needs."""
    if (lines := kept(folder)) is not None:
        print(f"{folder}: kept as it was reported, for its rows aren't here")
        return [line for line in lines if line["run"] not in summarised]
    if sys.stderr.isatty():
        print(f"{folder}: reading …", end="\r", file=sys.stderr)
    drawn_up, measured = measure_run(folder)
    files = render(drawn_up, measured)
    write(folder, files)
    print(f"{folder}: {drawn_up.conclusion.headline}")
    print(folder / PDF)
    return summary.lines(json.loads(files[REPORT]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="celsiusify-reporting",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    report = commands.add_parser(
        "report", help="write the statistics and the report of each run, and the summary of all"
    )
    report.add_argument(
        "paths",
        nargs="*",
        type=Path,
        default=[Path("results")],
        metavar="FOLDER",
        help="a run's folder, or one that holds runs (default: results)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
