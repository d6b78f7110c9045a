"""Comparisons of a run with an earlier run: whether they may be compared, and the table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from celsiusify_reporting.compare.comparability import Difference, Effect, differences
from celsiusify_reporting.compare.metric import Bound
from celsiusify_reporting.compare.regression import Check, RegressionOutcome, check_all, regressed
from celsiusify_reporting.exit_codes import ExitCode
from celsiusify_reporting.inputs.report_json import StoredReport
from celsiusify_reporting.narrative.comparability_text import (
    REGRESSION_OUTCOMES,
    difference_text,
    metric_title,
)
from celsiusify_reporting.narrative.formatting import UNKNOWN, figure, limit
from celsiusify_reporting.stats.method import method_for

COLUMNS = ("target", "metric", "allowed", "old", "new", "change", "interval", "outcome")


@dataclass(frozen=True)
class RunComparison:
    """The comparison of a run with an earlier run.

    Attributes:
        changes: The differences between the runs' conditions.
        checks: The check of each bound for each target.
        reasons: The reasons why the runs can't be compared.
    """

    changes: Sequence[Difference]
    checks: Sequence[Check]
    reasons: Sequence[str]

    @classmethod
    def of(
        cls,
        old: StoredReport,
        new: StoredReport,
        bounds: Sequence[Bound],
        *,
        different_machine: bool,
    ) -> "RunComparison":
        """Compare two runs; `different_machine` allows different machines."""
        changes = differences(old, new)
        checks = check_all(old, new, bounds, method_for(new.run.load.limits))
        reasons = [
            *_not_comparable(changes, different_machine=different_machine),
            *_not_valid(old, new),
            *_not_checked(old, new, checks),
        ]
        return cls(changes, checks, reasons)

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of the command."""
        if self.reasons:
            return ExitCode.INVALID
        return ExitCode.OBJECTIVE_MISSED if any(regressed(self.checks)) else ExitCode.OK

    def text(self) -> str:
        """Return the comparison in lines of text."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        reasons = "; ".join(self.reasons)
        yield f"INVALID comparison: {reasons}." if reasons else "VALID comparison."
        yield from (f"Not the same: {difference_text(change)}" for change in self.changes)
        if self.checks:
            yield ""
            yield from _table([COLUMNS, *map(_row, self.checks)])
            yield ""
            yield _summary(self.checks)


def _not_comparable(changes: Sequence[Difference], *, different_machine: bool) -> Iterator[str]:
    if any(change.effect is Effect.LOAD for change in changes):
        yield "the runs made different loads"
    if any(change.effect is Effect.MACHINE for change in changes) and not different_machine:
        yield "the runs were made on different machines (see --allow-different-machine)"


def _not_valid(old: StoredReport, new: StoredReport) -> Iterator[str]:
    for report in (old, new):
        if not report.verdict.valid:
            kinds = ", ".join(sorted({reason.kind for reason in report.verdict.reasons}))
            yield f"{report.run.run} is an invalid measurement ({kinds})"


def _not_checked(old: StoredReport, new: StoredReport, checks: Sequence[Check]) -> Iterator[str]:
    names = [{target.name for target in report.measurements} for report in (old, new)]
    if not names[0] & names[1]:
        yield "the runs have no target in common"
    for check in checks:
        metric = f"{check.target}: {check.bound.metric}"
        if check.outcome is RegressionOutcome.NOT_MEASURED:
            yield f"{metric} was not measured in both runs"
        elif check.ratio is None:
            yield f"{metric} was measured in fewer than two rounds of a run"


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Align the columns of a table whose first row is its header."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    header, *body = rows
    for row in (header, ["-" * width for width in widths], *body):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _row(check: Check) -> tuple[str, ...]:
    sign = "+" if check.bound.metric.higher_is_worse else "−"
    return (
        check.target,
        metric_title(check.bound.metric),
        sign + limit(check.bound.percent),
        figure(check.old),
        figure(check.new),
        _change(check.ratio.value) if check.ratio else UNKNOWN,
        _interval(check),
        REGRESSION_OUTCOMES[check.outcome],
    )


def _interval(check: Check) -> str:
    if check.ratio is None:
        return UNKNOWN
    return f"{_change(check.ratio.interval.low)} to {_change(check.ratio.interval.high)}"


def _change(ratio: float) -> str:
    return f"{100 * (ratio - 1):+.1f}\N{NO-BREAK SPACE}%".replace("-", "−")


def _summary(checks: Sequence[Check]) -> str:
    worse = [f"{check.target}'s {check.bound.metric}" for check in regressed(checks)]
    if worse:
        return f"Regressed by more than is allowed: {', '.join(worse)}."
    unsure = sum(check.outcome is not RegressionOutcome.WITHIN_BOUNDS for check in checks)
    if unsure:
        return f"No regression shown; {unsure} of {len(checks)} need more rounds to tell."
    return "No target got worse by more than is allowed."
