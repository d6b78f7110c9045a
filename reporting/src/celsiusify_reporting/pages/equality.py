"""Whether the targets were given the same: the fairness sheet, the gate, and what a request is."""

from __future__ import annotations

from collections.abc import Iterator

from celsiusify_reporting.document import Group, Heading, Paragraph, Table
from celsiusify_reporting.fairness import Fairness
from celsiusify_reporting.measurement import Measurement
from celsiusify_reporting.pages.tables import Cell, beside, by_target
from celsiusify_reporting.report import Report
from celsiusify_reporting.run import Equivalence
from celsiusify_reporting.wording import UNKNOWN, figure, setting, shortened, whole


def equality(report: Report) -> Iterator[Group]:
    """The groups of these pages."""
    if report.fairness.targets:
        yield (Heading("Were the targets given the same?"), *_sheets(report.fairness))
    if gate := report.run.equivalence:
        yield (Heading("Do they answer the same?"), Paragraph(_gate(gate)), _answers(report, gate))
    if any(one.target.phases_us for one in report.measurements):
        yield (Heading("Where a request's time goes"), Paragraph(PHASES), *_phases(report))


PHASES = (
    "Means over requests of one user after another, each on a connection of its own, in µs, by the "
    "same clock for every protocol."
)


def _sheets(fairness: Fairness) -> Iterator[Table]:
    for part in beside(range(len(fairness.targets))):
        columns = ("", *(fairness.targets[place] for place in part), "Equal")
        rows = (
            (one.name, *(one.values[place] or UNKNOWN for place in part), EQUAL[one.equal])
            for one in fairness.traits
        )
        yield Table(columns, tuple(rows), text_columns=len(columns))


EQUAL = {True: "yes", False: "no", None: UNKNOWN}


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
