from pathlib import Path
from typing import Any

import pytest

from celsiusify_reporting.compare.parity import Condition, Parity, ParityRow
from celsiusify_reporting.document.model import Table
from celsiusify_reporting.document.report import Report
from celsiusify_reporting.document.sections.comparisons import equality
from celsiusify_reporting.narrative.parity_text import condition_title, condition_value
from celsiusify_reporting.run_folder import measure_run
from celsiusify_reporting.validity.finding import Kind
from support.runs import Load, edit_run, make_run
from support.sentences import caveats, sentences


@pytest.fixture
def folder(results: Path) -> Path:
    """A run of two targets that differ in method only."""
    return make_run(results / "run", {"tfserving": Load(), "converter-api": Load()})


def sheet(folder: Path) -> Parity:
    return measure_run(folder)[0].parity


def of(parity: Parity, condition: Condition) -> ParityRow:
    """The row of a condition."""
    (row,) = (row for row in parity.rows if row.condition is condition)
    return row


def values(row: ParityRow) -> tuple[str, ...]:
    """A condition's values as a page writes them."""
    return tuple(condition_value(row, place) for place in range(len(row.values)))


def unequal(report: Report) -> str:
    """The sentences of conditions that differ."""
    findings = [finding for finding in report.caveats if finding.kind is Kind.FAIRNESS]
    return sentences(report, findings)


def test_sheet_has_a_row_for_all_that_should_be_equal(folder: Path) -> None:
    """The sheet has a value of each condition for each target."""
    seen = sheet(folder)

    assert seen.targets == ("tfserving", "converter-api")
    assert {condition_title(row): values(row) for row in seen.rows} == {
        "CPU given, cores": ("1", "1"),
        "shares its cores with the load generator": ("no", "no"),
        "workers": ("2", "2"),
        "protocol": ("HTTP/1.1", "HTTP/1.1"),
        "method": ("POST", "GET"),
        "requests on a kept connection": ("99\N{NO-BREAK SPACE}%", "99\N{NO-BREAK SPACE}%"),
        "bytes of a request": ("180", "180"),
        "bytes of an answer": ("64", "64"),
        "instances": ("1", "1"),
        "engine": ("gunicorn", "gunicorn"),
    }
    assert [row.condition for row in seen.unequal] == [Condition.METHOD]


def test_values_of_conditions_are_numbers_with_units(folder: Path) -> None:
    """report.json has the measured values, which a page formats."""
    rows = {row.name: row.values for row in sheet(folder).rows}

    assert rows["cpu_cores"] == (1, 1)
    assert rows["shared_cores"] == (False, False)
    assert rows["workers"] == (2, 2)
    assert rows["kept_connections_percent"] == pytest.approx((99.1, 99.1), abs=0.1)


@pytest.mark.parametrize(
    ("path", "value", "name", "says"),
    [
        (("cores",), [0, 1], "CPU given, cores", "Unequal CPU"),
        (("cores",), None, "shares its cores with the load generator", "(yes against no)"),
        (("engine", "settings"), {"workers": 8}, "workers", "workers (8 against 2)"),
        (("engine", "settings"), {"workers": 2, "threads": 4}, "threads", ""),
        (("engine", "engine"), "embedded", "engine", "engine (embedded against gunicorn)"),
        (("request_bytes",), 99, "bytes of a request", "bytes of a request (99 against 180)"),
        (
            ("rounds", 0, "connections", "opened"),
            480,
            "requests on a kept connection",
            "requests on a kept connection (55",
        ),
    ],
)
def test_what_differs_is_marked_and_said(
    folder: Path, path: tuple[str | int, ...], value: Any, name: str, says: str
) -> None:
    """The sheet marks a difference, and the first page has its sentence."""
    edit_run(folder, "targets", "tfserving", *path, value=value)
    report, _ = measure_run(folder)
    row = next(row for row in report.parity.rows if condition_title(row) == name)

    assert (row.equal is False) == bool(says)
    assert says in caveats(report)


@pytest.mark.parametrize(("opened", "equal"), [(15, True), (20, True), (40, False)])
def test_shares_that_hardly_differ_are_equal(folder: Path, opened: int, equal: bool) -> None:
    """Ten connections of a thousand requests are 1 %: rounding alone makes nothing unequal."""
    edit_run(folder, "targets", "tfserving", "rounds", 0, "connections", "opened", value=opened)
    kept = of(sheet(folder), Condition.KEPT_CONNECTIONS_PERCENT)

    assert kept.equal is equal


def test_what_is_unknown_is_not_called_equal(folder: Path) -> None:
    """The sheet marks an unknown value as neither equal nor unequal."""
    edit_run(folder, "targets", "tfserving", "engine", value=None)
    report, _ = measure_run(folder)
    engine = of(report.parity, Condition.ENGINE)
    (table,) = (block for block in next(equality(report)) if isinstance(block, Table))

    assert (engine.values, engine.equal) == ((None, "gunicorn"), None)
    assert ("engine", "n/a", "gunicorn", "n/a") in table.rows


def test_of_many_targets_it_is_said_who_has_what(results: Path) -> None:
    """The sentence groups targets by value."""
    loads = {"tfserving": Load(), "converter-api": Load(), "third": Load()}
    report, _ = measure_run(make_run(results / "run", loads))

    assert unequal(report) == (
        "Not equal between the targets: method (POST: TensorFlow Serving (REST); GET: Flask under "
        "gunicorn and third)."
    )


def test_one_target_has_nothing_to_be_unequal_to(results: Path) -> None:
    """The conditions of a single target are listed all the same."""
    report, _ = measure_run(make_run(results / "run", {"tfserving": Load()}))
    seen = report.parity

    assert (len(seen.targets), seen.unequal, unequal(report)) == (1, (), "")
    assert seen.rows
