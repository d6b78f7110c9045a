"""Reports of every past format, as the versions of their time wrote them, are read."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from celsiusify_reporting.cli.main import main
from celsiusify_reporting.document.report import Report
from celsiusify_reporting.inputs.migrations import (
    REPORT_FORMAT,
    add_equal,
    add_even_percent,
    migrate_report,
    rename_odd_rounds,
    separate_unmeasured,
)
from celsiusify_reporting.inputs.report_json import load_report

FORMATS = Path(__file__).parents[1] / "formats"
SAMPLES = Path(__file__).parents[3] / "results"
PAST = sorted(folder.name for folder in FORMATS.iterdir() if folder.is_dir())
RUNS = [
    *(FORMATS / name for name in PAST),
    *(path.parent for path in sorted(SAMPLES.glob("*/report.json"))),
]
# Fixtures of another run than the others.
OTHER_RUNS = {"cluster", "capacity"}
every_run = pytest.mark.parametrize("folder", RUNS, ids=lambda folder: folder.name)
Captured = pytest.CaptureFixture[str]


def compare(old: Path, new: Path) -> int:
    return main(["compare", "--baseline", str(old), str(new), "--max-regress", "p50:20%"])


@every_run
def test_report_is_compared_with_itself(folder: Path, capsys: Captured) -> None:
    """A report of each format is a baseline and a new run alike."""
    assert compare(folder, folder) == 0
    assert "VALID comparison." in capsys.readouterr().out


@pytest.mark.parametrize("old", [name for name in PAST if not OTHER_RUNS & {*name.split("-")}])
def test_report_is_compared_with_one_of_this_format(old: str, capsys: Captured) -> None:
    """The same run, as an earlier version and this one reported it."""
    assert compare(FORMATS / old, FORMATS / str(REPORT_FORMAT)) == 0
    assert capsys.readouterr().out.count("within bounds") == 2


@every_run
def test_report_is_audited(folder: Path, capsys: Captured) -> None:
    """The pages agree with a report of each format."""
    assert main(["audit", str(folder)]) == 0
    assert "every number of report.md is in report.json" in capsys.readouterr().out


@every_run
def test_report_is_kept_and_summarised(folder: Path, tmp_path: Path, capsys: Captured) -> None:
    """A run without rows keeps its files, and has its line in the summary."""
    run = Path(shutil.copytree(folder, tmp_path / "results" / folder.name))
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}

    assert main(["report", str(run)]) == 0
    assert "kept as it was reported" in capsys.readouterr().out
    assert {path: path.read_bytes() for path in before} == before
    assert (run.parent / "summary.csv").read_text().count("\n") > 1


@every_run
def test_migrated_report_is_one_of_this_version(folder: Path) -> None:
    """All of it, not only what a comparison reads."""
    report = load_report(folder / "report.json")
    targets = {part["name"]: part["target"] for part in report["measurements"]}
    whole = report | {"run": report["run"] | {"targets": targets}}

    assert TypeAdapter(Report).validate_python(whole).format == REPORT_FORMAT


@every_run
def test_migration_leaves_its_argument_alone(folder: Path) -> None:
    """A step makes a new report."""
    report = json.loads((folder / "report.json").read_text())
    before = json.dumps(report)
    migrate_report(report)

    assert json.dumps(report) == before


def test_each_past_format_is_held() -> None:
    """A change of the form brings a fixture with it."""
    formats = [json.loads((FORMATS / name / "report.json").read_text())["format"] for name in PAST]

    assert set(formats) == set(range(2, REPORT_FORMAT + 1))


def test_reasons_of_missing_requests_are_separated() -> None:
    """The first form had all reasons in one list."""
    lost = ["no statistics of round 1: it has no steady window", "nothing was measured in round 2"]
    usage = "no CPU time and no memory: there is no tfserving_usage.csv"
    report = {"measurements": [{"missing": [lost[0], usage, lost[1]]}]}

    (measurement,) = separate_unmeasured(report)["measurements"]
    assert measurement == {"unmeasured": lost, "missing": [usage]}


@pytest.mark.parametrize(
    ("method", "percent"),
    [({}, 0), ({"drifting_rounds_percent": 20}, 20), ({"odd_rounds_percent": 30}, 30)],
)
def test_share_of_odd_rounds_is_renamed(method: dict[str, float], percent: float) -> None:
    """Before there was a share, no round might drift."""
    assert rename_odd_rounds({"method": method})["method"] == {"odd_rounds_percent": percent}


def test_even_share_is_added() -> None:
    """It is 100 % by the number of instances."""
    rounds: list[dict[str, Any]] = [{"instances": 4}, {"instances": 2}]
    report = {"measurements": [{"instances": None}, {"instances": {"rounds": rounds}}]}

    alone, several = add_even_percent(report)["measurements"]
    assert alone == {"instances": None}
    assert [part["even_percent"] for part in several["instances"]["rounds"]] == [25, 50]


def test_traits_tell_whether_they_are_equal() -> None:
    """Unequal by the report's own list; not known where a value isn't."""
    traits = [
        {"name": "engine", "values": ["a", "b"]},
        {"name": "threads", "values": ["2", None]},
        {"name": "protocol", "values": ["gRPC", "gRPC"]},
    ]
    report = {"fairness": {"traits": traits, "unequal": ["engine"]}}

    assert [trait["equal"] for trait in add_equal(report)["fairness"]["traits"]] == [
        False,
        None,
        True,
    ]
