"""Show the comparison of each pair of targets, and what was equal between them."""

from collections.abc import Iterator

from celsiusify_reporting.compare.pairs import Comparison, many
from celsiusify_reporting.document.model import Group, Heading, Paragraph, Table
from celsiusify_reporting.document.report import Report
from celsiusify_reporting.document.sections.blocks import Cell, beside, by_target
from celsiusify_reporting.inputs.run_json import Equivalence
from celsiusify_reporting.narrative import section_text as text
from celsiusify_reporting.narrative.comparison_text import (
    OUTCOMES,
)
from celsiusify_reporting.narrative.formatting import (
    figure,
    shortened,
    whole,
)
from celsiusify_reporting.narrative.parity_text import condition_title, condition_value
from celsiusify_reporting.narrative.settings_text import YES_NO
from celsiusify_reporting.stats.model import Measurement


def comparisons(report: Report) -> Iterator[Group]:
    """Yield the groups; none if the first pages have all comparisons."""
    shown = [
        comparison
        for comparison in report.comparisons
        if comparison.interval and many(report.comparisons)
    ]
    for measure in dict.fromkeys(comparison.measure for comparison in shown):
        compared = [comparison for comparison in shown if comparison.measure == measure]
        yield (
            Heading(text.comparison_heading(measure)),
            Paragraph(text.comparison(measure, report.method)),
            _table(compared),
        )


def _table(compared: list[Comparison]) -> Table:
    columns = ("First", "Second", "First's", "Second's", "Ratio", "The first's is")
    return Table(columns, tuple(map(_row, compared)), text_columns=2)


def _row(comparison: Comparison) -> tuple[str, ...]:
    assert comparison.interval
    between = f"{figure(comparison.interval.low)} to {figure(comparison.interval.high)}"
    return (
        comparison.first_title,
        comparison.second_title,
        figure(comparison.first_value),
        figure(comparison.second_value),
        f"{figure(comparison.ratio)} ({between})",
        OUTCOMES[comparison.outcome],
    )


def equality(report: Report) -> Iterator[Group]:
    """Yield the groups."""
    if report.parity.targets:
        yield (Heading(text.PARITY), *_sheets(report))
    if preflight := report.run.equivalence:
        yield (
            Heading(text.PREFLIGHT),
            Paragraph(text.preflight(preflight)),
            _answers(report, preflight),
        )
    if any(measurement.target.phases_us for measurement in report.measurements):
        yield (Heading(text.PHASES), Paragraph(text.PHASES_MEANS), *_phases(report))


def _sheets(report: Report) -> Iterator[Table]:
    parity = report.parity
    titles = [report.run.targets[name].called for name in parity.targets]
    for part in beside(range(len(titles))):
        columns = ("", *(titles[place] for place in part), "Equal")
        rows = (
            (
                condition_title(row),
                *(condition_value(row, place) for place in part),
                YES_NO[row.equal],
            )
            for row in parity.rows
        )
        yield Table(columns, tuple(rows), text_columns=len(columns))


def _answers(report: Report, preflight: Equivalence) -> Table:
    titles = {measurement.name: measurement.title for measurement in report.measurements}
    return Table(
        ("Target", "Asked", "Wrong", "Largest error", "At °F", "Problem"),
        tuple(
            (
                titles.get(name, name),
                whole(target.asked),
                whole(target.wrong),
                figure(target.worst_error, 2),
                figure(target.worst_fahrenheit),
                shortened(target.problem or "none"),
            )
            for name, target in preflight.targets.items()
        ),
    )


def _phases(report: Report) -> tuple[Table, ...]:
    phases_of = [measurement.target.phases_us or {} for measurement in report.measurements]
    names = dict.fromkeys(name for phases in phases_of for name in phases)
    return by_target(report.measurements, [(name, _phase(name)) for name in names])


def _phase(name: str) -> Cell:
    def cell(measurement: Measurement) -> str:
        value = (measurement.target.phases_us or {}).get(name)
        return whole(round(value)) if name == "requests" and value else figure(value)

    return cell
