"""The published JSON Schemas, and the files that must be valid by them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from celsiusify_reporting.cli.main import main
from celsiusify_reporting.document.report import to_json
from celsiusify_reporting.inputs.migrations import REPORT_FORMAT
from celsiusify_reporting.inputs.report_json import load_report
from celsiusify_reporting.inputs.run_migrations import migrate_run
from celsiusify_reporting.run_folder import measure_run
from support.clusters import Spike, make_cluster_run
from support.runs import Load, OpenLoad, edit_run, make_run

RESULTS = Path(__file__).parents[3] / "results"
FORMATS = Path(__file__).parents[1] / "formats"
FOLDERS = sorted(path.parent for root in (RESULTS, FORMATS) for path in root.glob("*/report.json"))
Captured = pytest.CaptureFixture[str]


def make_short_run(folder: Path) -> Path:
    """A run whose only round has no steady window."""
    make_run(folder, {"tfserving": Load()})
    edit_run(folder, "targets", "tfserving", "rounds", 0, "steady_until_ns", value=None)
    return folder


def make_search(folder: Path) -> Path:
    """A search of the highest rate."""
    phases = ("bracket", "bisect", "confirm")
    search = OpenLoad(rates=(100, 200, 150), phases=phases, slowing=(1, 1, 1))
    make_run(folder, {"tfserving": search})
    objective = {"percentile": 99, "latency_ms": 50.0, "failures_percent": 0.1}
    result = {"objective": objective, "rate_rps": 150.0, "limit": "objective"}
    edit_run(folder, "kind", value="capacity")
    edit_run(folder, "capacity", value={"tfserving": result | {"confirmations": [True]}})
    return folder


MAKERS: dict[str, Callable[[Path], Path]] = {
    "closed": lambda folder: make_run(
        folder, {"tfserving": Load(failing=9), "converter-api": Load(slowing=(1, 2, 3))}
    ),
    "open": lambda folder: make_run(folder, {"tfserving": OpenLoad(slowing=(1, 1))}),
    "cluster": lambda folder: make_cluster_run(folder, {"converter-api": Spike()}),
    "no steady window": make_short_run,
    "search": make_search,
}


def problems(document: dict[str, Any], name: str) -> list[str]:
    """Where a document isn't valid by a committed schema."""
    schema = json.loads((RESULTS / f"{name}.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    errors = Draft202012Validator(schema).iter_errors(document)
    return [f"{error.json_path}: {error.message}" for error in errors]


def test_committed_schemas_are_up_to_date(capsys: Captured) -> None:
    """What `celsiusify-reporting schema` writes is what is committed."""
    assert main(["schema", str(RESULTS), "--check"]) == 0
    assert capsys.readouterr() == ("", "")


def test_stale_schema_is_named_and_written(tmp_path: Path, capsys: Captured) -> None:
    """--check tells, and writes nothing."""
    assert main(["schema", str(tmp_path), "--check"]) == 1
    assert f"{tmp_path / 'run.schema.json'}: out of date" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())

    assert main(["schema", str(tmp_path)]) == 0
    assert main(["schema", str(tmp_path), "--check"]) == 0


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_runs_of_past_formats_are_valid(folder: Path) -> None:
    """Committed samples and a file of each past format, once migrated."""
    assert problems(migrate_run(json.loads((folder / "run.json").read_text())), "run") == []
    assert problems(load_report(folder / "report.json"), "report") == []


@pytest.mark.parametrize("kind", sorted(MAKERS))
def test_runs_of_this_version_are_valid(kind: str, results: Path) -> None:
    """A run of each kind, and the report that this version writes of it."""
    folder = MAKERS[kind](results / "run")
    report = json.loads(to_json(measure_run(folder)[0]))

    assert problems(json.loads((folder / "run.json").read_text()), "run") == []
    assert problems(report, "report") == []


def test_schema_tells_what_is_wrong() -> None:
    """A required part that is missing, and a wrong format."""
    report = load_report(FOLDERS[0] / "report.json")
    del report["verdict"]

    assert problems(report | {"format": 2}, "report") == [
        f"$.format: {REPORT_FORMAT} was expected",
        "$: 'verdict' is a required property",
    ]
