"""`compare`: compare a run with an earlier one, for instance in a CI pipeline."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from celsiusify_reporting.compare.comparability import Difference, differences
from celsiusify_reporting.compare.regression import (
    METRICS,
    Bound,
    Check,
    check_all,
    parse_bound,
    regressed,
)
from celsiusify_reporting.document.report import Report
from celsiusify_reporting.exit_codes import INVALID, OBJECTIVE_MISSED, VALID
from celsiusify_reporting.inputs.report_json import read_report
from celsiusify_reporting.narrative.formatting import UNKNOWN, figure, limit
from celsiusify_reporting.stats.method import METHOD


def aligned(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lines of a table whose columns are as wide as their longest text."""
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    for row in (columns, ["-" * width for width in widths], *rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


COLUMNS = ("target", "metric", "allowed", "old", "new", "change", "interval", "outcome")


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's options."""
    parser = commands.add_parser(
        "compare",
        help="tell whether a run's targets got worse than in an earlier run by more than allowed",
    )
    parser.add_argument(
        "--baseline", required=True, type=Path, metavar="OLD", help="the earlier run"
    )
    parser.add_argument("run", type=Path, metavar="NEW", help="a run's folder, or a report.json")
    parser.add_argument(
        "--max-regress",
        required=True,
        action="append",
        type=_bound,
        metavar="METRIC:PERCENT%",
        help=f"how much worse a metric may get, of {', '.join(METRICS)}; may be given again",
    )
    parser.add_argument(
        "--allow-different-machine",
        action="store_true",
        help="compare even if machine, load generator or engine were not the same",
    )
    parser.set_defaults(command=compare)


def _bound(text: str) -> Bound:
    try:
        return parse_bound(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def compare(options: argparse.Namespace) -> int:
    """Compare two runs, print what came out, and return the exit code.

    Raises:
        ReportError: If a run has no report that can be read.
    """
    old, new = read_report(options.baseline), read_report(options.run)
    found = differences(old, new)
    checks = check_all(old, new, options.max_regress, METHOD)
    reasons = [
        *_not_comparable(found, different_machine=options.allow_different_machine),
        *_not_valid(old, new),
        *_not_checked(old, new, checks),
    ]
    print("\n".join(_text(found, checks, reasons)))
    if reasons:
        return INVALID
    return OBJECTIVE_MISSED if any(regressed(checks)) else VALID


def _not_comparable(found: Sequence[Difference], *, different_machine: bool) -> Iterator[str]:
    if any(one.kind == "load" for one in found):
        yield "the runs made different loads"
    if any(one.kind == "machine" for one in found) and not different_machine:
        yield "the runs were made on different machines (see --allow-different-machine)"


def _not_valid(old: Report, new: Report) -> Iterator[str]:
    for report in (old, new):
        if not report.verdict.valid:
            kinds = ", ".join(sorted({reason.kind for reason in report.verdict.reasons}))
            yield f"{report.run.run} is an invalid measurement ({kinds})"


def _not_checked(old: Report, new: Report, checks: Sequence[Check]) -> Iterator[str]:
    names = {one.name for one in old.measurements}, {one.name for one in new.measurements}
    if not names[0] & names[1]:
        yield "the runs have no target in common"
    for check in checks:
        what = f"{check.target}: {check.bound.metric.name}"
        if check.outcome == "not measured":
            yield f"{what} was not measured in both runs"
        elif check.ratio is None:
            yield f"{what} was measured in fewer than two rounds of a run"


def _text(
    found: Sequence[Difference], checks: Sequence[Check], reasons: Sequence[str]
) -> Iterator[str]:
    yield f"INVALID comparison: {'; '.join(reasons)}." if reasons else "VALID comparison."
    yield from (f"Not the same: {one.what}: {one.old}, now {one.new}" for one in found)
    if checks:
        yield ""
        yield from aligned(COLUMNS, [_row(check) for check in checks])
        yield ""
        yield _sentence(checks)


def _row(check: Check) -> tuple[str, ...]:
    sign = "+" if check.bound.metric.higher_is_worse else "−"
    return (
        check.target,
        f"{check.bound.metric.name}, {check.bound.metric.unit}",
        sign + limit(check.bound.percent),
        figure(check.old),
        figure(check.new),
        _change(check.ratio.value) if check.ratio else UNKNOWN,
        _interval(check),
        check.outcome,
    )


def _interval(check: Check) -> str:
    if check.ratio is None:
        return UNKNOWN
    return f"{_change(check.ratio.interval.low)} to {_change(check.ratio.interval.high)}"


def _change(ratio: float) -> str:
    return f"{100 * (ratio - 1):+.1f}\N{NO-BREAK SPACE}%".replace("-", "−")


def _sentence(checks: Sequence[Check]) -> str:
    worse = [f"{check.target}'s {check.bound.metric.name}" for check in regressed(checks)]
    if worse:
        return f"Regressed by more than is allowed: {', '.join(worse)}."
    unsure = sum(check.outcome != "within bounds" for check in checks)
    if unsure:
        return f"No regression shown; {unsure} of {len(checks)} can't be told without more rounds."
    return "No target got worse by more than is allowed."
