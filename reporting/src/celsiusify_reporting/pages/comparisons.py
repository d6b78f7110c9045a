"""Each two targets by each measure, where they are too many for a plot."""

from __future__ import annotations

from collections.abc import Iterator

from celsiusify_reporting.comparison import Comparison, many
from celsiusify_reporting.document import Group, Heading, Paragraph, Table
from celsiusify_reporting.report import Report
from celsiusify_reporting.sentences import HIGHER_IS_BETTER, unit
from celsiusify_reporting.wording import figure, limit


def comparisons(report: Report) -> Iterator[Group]:
    """The groups of these pages; none where the first pages have all comparisons."""
    shown = [one for one in report.comparisons if one.interval and many(report.comparisons)]
    for measure in dict.fromkeys(one.measure for one in shown):
        of = [one for one in shown if one.measure == measure]
        better = "more" if measure in HIGHER_IS_BETTER else "less"
        yield (
            Heading(f"How the targets compare: {of[0].title}"),
            Paragraph(f"In {unit(of[0], report.method)}; {better} is better. {_explained(report)}"),
            _table(of),
        )


def _explained(report: Report) -> str:
    return (
        "The first target's figure by the second's, and between what the true ratio lies: with "
        f"{limit(report.method.confidence_percent)} confidence for all ratios of this report "
        "together."
    )


def _table(of: list[Comparison]) -> Table:
    columns = ("First", "Second", "First's", "Second's", "Ratio", "The first's is")
    return Table(columns, tuple(map(_row, of)), text_columns=2)


def _row(one: Comparison) -> tuple[str, ...]:
    assert one.interval
    between = f"{figure(one.interval.low)} to {figure(one.interval.high)}"
    return (
        one.first_title,
        one.second_title,
        figure(one.first_value),
        figure(one.second_value),
        f"{figure(one.ratio)} ({between})",
        one.outcome,
    )
