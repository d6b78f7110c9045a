import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from celsiusify_reporting.audit.documents import audit_recomputed, strays
from celsiusify_reporting.audit.rows import fingerprint
from celsiusify_reporting.audit.runner import audit
from celsiusify_reporting.cli.main import main
from support.runs import Load, OpenLoad, edit_run, make_run, write_rows

FORMATS = Path(__file__).parents[1] / "formats"
ROWS = "tfserving_requests.parquet"


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two rounds that was reported, to be left as it is."""
    folder = tmp_path_factory.mktemp("results") / "20261124T061500Z-quick"
    make_run(folder, {"tfserving": Load(slowing=(1, 1.1))})
    assert main(["report", str(folder)]) == 0
    return folder


@pytest.fixture
def run(reported: Path, results: Path) -> Path:
    """A copy of that run."""
    return Path(shutil.copytree(reported, results / reported.name))


def failures(folder: Path) -> list[str]:
    return [f"{check.what}: {check.detail}" for check in audit(folder) if check.outcome == "failed"]


def change_rows(folder: Path, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    rows = pq.read_table(folder / ROWS).to_pandas(integer_object_nulls=True)
    for column in ("intended_ns", "lag_us"):
        rows[column] = rows[column].astype("Int64")
    write_rows(folder / ROWS, change(rows))


def test_sound_run_passes(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rows, counts, figures and pages agree: exit code 0."""
    assert main(["audit", str(run)]) == 0
    printed = capsys.readouterr().out
    assert "ok             report.json follows from the rows" in printed
    assert "ok             report.pdf has the numbers of report.md" in printed
    assert "not checkable" not in printed
    assert printed.endswith("Every check that was made holds.\n")


def test_run_without_rows_passes_as_far_as_it_can(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A committed sample: its pages are checked, and what can't be is said."""
    (run / ROWS).unlink()

    assert main(["audit", str(run)]) == 0
    printed = capsys.readouterr().out
    assert "not checkable  tfserving: rows and counts: no tfserving_requests.parquet" in printed
    assert "not checkable  report.json follows from the rows" in printed
    assert printed.endswith("Every check that was made holds; 2 couldn't be made.\n")
    assert "ok             every number of report.html is in report.json" in printed


def test_run_without_report_is_checked_all_the_same(results: Path) -> None:
    """Its rows are; there are no pages yet."""
    outcomes = [check.outcome for check in audit(make_run(results / "run", {"tfserving": Load()}))]

    assert outcomes.count("not checkable") == 1
    assert "failed" not in outcomes


@pytest.mark.parametrize(
    ("change", "failure"),
    [
        (lambda rows: rows.iloc[10:], "rows follow a missing or duplicated one"),
        (lambda rows: pd.concat([rows, rows.iloc[:10]]), "rows and run.json differ by 10"),
        (lambda rows: rows.assign(run="another"), "rows are well-formed: run another"),
        (lambda rows: rows.assign(round=7), "rows are well-formed: round 7"),
        (
            lambda rows: rows.assign(end_ns=rows["end_ns"] + 10**11),
            "rows lie within their round's times: round 0: ",
        ),
        (lambda rows: rows.drop(columns="seq"), "rows are well-formed"),
    ],
    ids=["lost", "twice", "foreign", "unknown round", "late", "no column"],
)
def test_changed_rows_fail(
    run: Path,
    change: Callable[[pd.DataFrame], pd.DataFrame],
    failure: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whatever is done to the rows after a run, a check tells."""
    change_rows(run, change)

    assert failure in " ".join(failures(run))
    assert main(["audit", str(run)]) == 3
    assert "checks failed" in capsys.readouterr().out.splitlines()[-1]


def test_target_that_counted_otherwise_fails(run: Path) -> None:
    """The server's own counter is off by more than 0.1 %."""
    path = ("targets", "tfserving", "rounds")
    rounds = json.loads((run / "run.json").read_text())["targets"]["tfserving"]["rounds"]
    rounds[0]["counts"]["server"] *= 2
    edit_run(run, *path, value=rounds)

    assert "the target counted" in " ".join(failures(run))


def test_changed_figure_fails(run: Path) -> None:
    """A report.json that doesn't follow from the rows is told by its place."""
    report = json.loads((run / "report.json").read_text())
    report["measurements"][0]["window_stats"]["latency"]["mean_ms"] = 1.5
    (run / "report.json").write_text(json.dumps(report))

    assert "measurements.0.window_stats.latency.mean_ms differs" in " ".join(failures(run))


def test_report_of_an_older_format_is_not_held_against_the_rows(run: Path) -> None:
    """It has sentences in place of codes and figures; a report made again has both."""
    shutil.copy(FORMATS / "3" / "report.json", run / "report.json")
    check = audit_recomputed(run)

    assert (check.outcome, check.detail) == ("not checkable", "format 3; report it again for 4")


@pytest.mark.parametrize("page", ["report.md", "report.html"])
def test_number_from_nowhere_fails(run: Path, page: str) -> None:
    """A number on a page that report.json doesn't hold, and the other pages don't."""
    text = (run / page).read_text()
    (run / page).write_text(text.replace("Failures", "Failures 31337.5", 1))

    assert f"every number of {page} is in report.json: 31337.5" in failures(run)


def test_missing_seed_fails(run: Path) -> None:
    """A load that can't be made again."""
    edit_run(run, "load", "seed", value=None)

    assert "the seed is recorded: load.seed is null" in failures(run)


def test_schedule_is_made_again_from_the_rows(results: Path) -> None:
    """The recorded hash is that of the arrivals in the rows; one moved by 1 ns is told."""
    folder = make_run(results / "run", {"tfserving": OpenLoad()})
    rows = pq.read_table(folder / ROWS).to_pandas(integer_object_nulls=True)
    begin_ns = int(rows["intended_ns"].min())
    rounds = json.loads((folder / "run.json").read_text())["targets"]["tfserving"]["rounds"]
    sha256 = fingerprint(rows, begin_ns)
    rounds[0]["schedule"] = {"sha256": sha256, "arrivals": len(rows), "begin_ns": begin_ns}
    edit_run(folder, "targets", "tfserving", "rounds", value=rounds)
    assert failures(folder) == []

    change_rows(
        folder, lambda rows: rows.assign(intended_ns=rows["intended_ns"] + (rows.index == 5))
    )
    assert "arrivals follow the recorded schedules: round 0" in " ".join(failures(folder))


def test_fingerprint_is_that_of_little_endian_offsets() -> None:
    """SHA-256 of 0 and 256 as 64-bit integers, lowest byte first, in the schedule's order."""
    rows = pd.DataFrame({"seq": [1, 0], "intended_ns": np.array([1256, 1000])})

    assert fingerprint(rows, 1000) == (
        "a15a89733093afdf630e0b837dcd5b69a471e7c04fd24cd9343b97f0f699a1e9"
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2.35 ms", []),
        ("2.34 ms", ["2.34"]),
        ("1,235 requests", []),
        ("16.0 GiB", []),
        ("HTTP/1.1", []),
        ("7 of 8", ["7", "8"]),
        ("'batch': 1235, 'more'", []),
        ("1235, 17,3", ["17", "3"]),
    ],
)
def test_numbers_are_looked_up_as_they_are_rounded(text: str, found: list[str]) -> None:
    """To the digits shown, in the units of the pages, and in the report's own texts."""
    report = {"p50_ms": 2.3456, "n": 1235, "memory_bytes": 16 * 2**30, "protocol": "HTTP/1.1"}

    assert strays(text, report) == found
