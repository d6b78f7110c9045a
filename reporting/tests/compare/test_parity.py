from pathlib import Path
from typing import Any

import pytest

from celsiusify_reporting.compare.parity import Parity
from celsiusify_reporting.document.model import Table
from celsiusify_reporting.document.sections.comparisons import equality
from celsiusify_reporting.run_folder import measure_run
from support.runs import Load, edit_run, make_run


@pytest.fixture
def folder(results: Path) -> Path:
    """A run of two targets that differ in method only."""
    return make_run(results / "run", {"tfserving": Load(), "converter-api": Load()})


def sheet(folder: Path) -> Parity:
    return measure_run(folder)[0].parity


def test_sheet_has_a_row_for_all_that_should_be_equal(folder: Path) -> None:
    """CPU, workers, protocol, kept connections, bytes and engine, a value a target."""
    seen = sheet(folder)

    assert seen.targets == ("TensorFlow Serving (REST)", "Flask under gunicorn")
    assert {one.name: one.values for one in seen.rows} == {
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
    assert seen.unequal == ("method",)


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
    """By name in the sheet, and in a sentence for the first page."""
    edit_run(folder, "targets", "tfserving", *path, value=value)
    seen = sheet(folder)
    trait = next(one for one in seen.rows if one.name == name)

    assert (trait.equal is False) == (name in seen.unequal) == bool(says)
    assert says in " ".join(seen.sentences)


@pytest.mark.parametrize(("opened", "equal"), [(15, True), (20, True), (40, False)])
def test_shares_that_hardly_differ_are_equal(folder: Path, opened: int, equal: bool) -> None:
    """Ten connections of a thousand requests are 1 %: rounding alone makes nothing unequal."""
    edit_run(folder, "targets", "tfserving", "rounds", 0, "connections", "opened", value=opened)
    (kept,) = (one for one in sheet(folder).rows if one.name == "requests on a kept connection")

    assert kept.equal is equal


def test_what_is_unknown_is_not_called_equal(folder: Path) -> None:
    """Nor unequal: the sheet says that it isn't known."""
    edit_run(folder, "targets", "tfserving", "engine", value=None)
    report, _ = measure_run(folder)
    (engine,) = (one for one in report.parity.rows if one.name == "engine")
    (table,) = (block for block in next(equality(report)) if isinstance(block, Table))

    assert (engine.values, engine.equal) == ((None, "gunicorn"), None)
    assert ("engine", "n/a", "gunicorn", "n/a") in table.rows


def test_of_many_targets_it_is_said_who_has_what(results: Path) -> None:
    """A row of values would leave that to be counted."""
    loads = {"tfserving": Load(), "converter-api": Load(), "third": Load()}
    (said,) = sheet(make_run(results / "run", loads)).sentences

    assert said == (
        "Not equal between the targets: method (POST: TensorFlow Serving (REST); GET: Flask under "
        "gunicorn and third)."
    )


def test_one_target_has_nothing_to_be_unequal_to(results: Path) -> None:
    """Its traits are there all the same."""
    seen = sheet(make_run(results / "run", {"tfserving": Load()}))

    assert (len(seen.targets), seen.unequal, seen.sentences) == (1, (), ())
    assert seen.rows
