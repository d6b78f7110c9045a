"""Show the comparison of each pair of targets, and what was equal between them."""

from collections.abc import Iterator

from celsiusify_reporting.compare.pairs import Comparison, many
from celsiusify_reporting.document.model import Group, Heading, Paragraph, Table
from celsiusify_reporting.document.report import Report
from celsiusify_reporting.document.sections.blocks import Cell, beside, by_target
from celsiusify_reporting.inputs.run_json import Equivalence
from celsiusify_reporting.narrative.comparison_text import (
    HIGHER_IS_BETTER,
    MEASURES,
    OUTCOMES,
    unit,
)
from celsiusify_reporting.narrative.formatting import (
    figure,
    limit,
    setting,
    shortened,
    whole,
)
from celsiusify_reporting.narrative.parity_text import condition_title, condition_value
from celsiusify_reporting.narrative.settings_text import YES_NO
from celsiusify_reporting.stats.model import Measurement


def comparisons(report: Report) -> Iterator[Group]:
    """The groups of these pages; none where the first pages have all comparisons."""
    shown = [one for one in report.comparisons if one.interval and many(report.comparisons)]
    for measure in dict.fromkeys(one.measure for one in shown):
        of = [one for one in shown if one.measure == measure]
        better = "more" if measure in HIGHER_IS_BETTER else "less"
        yield (
            Heading(f"How the targets compare: {MEASURES[measure]}"),
            Paragraph(
                f"In {unit(measure, report.method)}; {better} is better. {_explained(report)}"
            ),
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
        OUTCOMES[one.outcome],
    )


def equality(report: Report) -> Iterator[Group]:
    """The groups of these pages."""
    if report.parity.targets:
        yield (Heading("Were the targets given the same?"), *_sheets(report))
    if gate := report.run.equivalence:
        yield (Heading("Do they answer the same?"), Paragraph(_gate(gate)), _answers(report, gate))
    if any(one.target.phases_us for one in report.measurements):
        yield (Heading("Where a request's time goes"), Paragraph(PHASES), *_phases(report))


PHASES = (
    "Means over requests of one user after another, each on a connection of its own, in µs, by the "
    "same clock for every protocol."
)


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


def _gate(gate: Equivalence) -> str:
    return (
        f"Before any timing each target was asked the same {whole(gate.points)} temperatures. An "
        f"answer is right if it is off by no more than {setting(gate.tolerance)} of its value, or "
        "of 1 °C where that is more."
    )


def _answers(report: Report, gate: Equivalence) -> Table:
    titles = {one.name: one.title for one in report.measurements}
    return Table(
        ("Target", "Asked", "Wrong", "Largest error", "At °F", "Problem"),
        tuple(
            (
                titles.get(name, name),
                whole(one.asked),
                whole(one.wrong),
                figure(one.worst_error, 2),
                figure(one.worst_fahrenheit),
                shortened(one.problem or "none"),
            )
            for name, one in gate.targets.items()
        ),
    )


def _phases(report: Report) -> tuple[Table, ...]:
    told = [one.target.phases_us or {} for one in report.measurements]
    names = dict.fromkeys(name for phases in told for name in phases)
    return by_target(report.measurements, [(name, _phase(name)) for name in names])


def _phase(name: str) -> Cell:
    def cell(one: Measurement) -> str:
        value = (one.target.phases_us or {}).get(name)
        return whole(round(value)) if name == "requests" and value else figure(value)

    return cell
