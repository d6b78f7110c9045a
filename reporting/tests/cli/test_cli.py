import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from celsiusify_reporting.cli.main import main
from support.runs import Load, OpenLoad, edit_run, make_run, write_rows

WRITTEN = {
    "tfserving_stats.csv",
    "tfserving_stats_history.csv",
    "tfserving_failures.csv",
    "report.md",
    "report.html",
    "report.pdf",
    "report.json",
    "figures/distribution.png",
    "figures/slowest.png",
    "figures/over-time.png",
}
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def run(results: Path) -> Path:
    """A good run of one target."""
    return make_run(results / "20261124T061500Z-quick", {"tfserving": Load()})


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def summary(results: Path) -> list[dict[str, str]]:
    with (results / "summary.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_run_gets_all_its_files(run: Path, capsys: Captured) -> None:
    """The statistics, the report in three forms, its plots, and a line in the summary."""
    before = names(run)

    assert main(["report", str(run.parent)]) == 0
    assert names(run) - before == WRITTEN
    assert str(run / "report.pdf") in capsys.readouterr().out
    (line,) = summary(run.parent)
    assert (line["run"], line["target"], line["p50_ms"]) == (run.name, "tfserving", "2.0")


def test_results_is_the_default(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a folder, those in `results` are reported."""
    monkeypatch.chdir(run.parent.parent)

    assert main(["report"]) == 0
    assert (run / "report.pdf").exists()


def test_single_run_can_be_named(run: Path) -> None:
    """A run's own folder does as well, and its lines join those of other runs in the summary."""
    other = make_run(run.parent / "20261125T061500Z-quick", {"converter-api": Load()})

    assert main(["report", str(run)]) == 0
    assert main(["report", str(other)]) == 0
    assert [line["run"] for line in summary(run.parent)] == [run.name, other.name]


def test_module_runs_as_the_command(run: Path) -> None:
    """`python -m celsiusify_reporting` is the same command."""
    command = [sys.executable, "-m", "celsiusify_reporting", "report", str(run)]

    assert subprocess.run(command, check=False, capture_output=True).returncode == 0


def test_run_whose_rows_are_gone_is_kept(run: Path, capsys: Captured) -> None:
    """Committed runs have no rows: nothing of theirs is changed or lost, and that is said."""
    main(["report", str(run)])
    (run / "tfserving_requests.parquet").unlink()
    (run.parent / "summary.csv").write_text(f"run,target,note\n{run.name},tfserving,as it was\n")
    before = {name: (run / name).read_bytes() for name in names(run)}
    make_run(run.parent / "20261125T061500Z-quick", {"tfserving": Load()})

    assert main(["report", str(run.parent)]) == 0
    assert f"{run}: kept as it was reported" in capsys.readouterr().out
    assert {name: (run / name).read_bytes() for name in names(run)} == before
    kept, _ = summary(run.parent)
    assert (kept["run"], kept["note"]) == (run.name, "as it was")


def test_kept_run_that_the_summary_lacks_is_added(run: Path) -> None:
    """Its line comes from its report."""
    main(["report", str(run)])
    (line,) = summary(run.parent)
    (run / "tfserving_requests.parquet").unlink()
    (run.parent / "summary.csv").unlink()

    assert main(["report", str(run)]) == 0
    assert summary(run.parent) == [line]


def test_report_is_not_made_again_from_half_of_its_rows(results: Path) -> None:
    """Where one target's rows are left of two, the report of both stays."""
    run = make_run(results / "run", {"tfserving": Load(), "converter-api": Load()})
    main(["report", str(run)])
    (run / "tfserving_requests.parquet").unlink()
    before = (run / "report.json").read_bytes()

    assert main(["report", str(run)]) == 0
    assert (run / "report.json").read_bytes() == before


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:1000])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def drop_rows(path: Path) -> None:
    pq.write_table(pq.read_table(path).slice(0, 0), path)


def drop_column(name: str) -> Callable[[Path], None]:
    return lambda path: pq.write_table(pq.read_table(path).drop([name]), path)


def change_rows(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[Path], None]:
    return lambda path: write_rows(path, change(pd.read_parquet(path).astype({"outcome": "str"})))


def change_text(old: str, new: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(path.read_text().replace(old, new, 1))


def put(text: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(text)


ROWS, USAGE, USERS = (
    f"tfserving_{name}" for name in ("requests.parquet", "usage.csv", "users.csv")
)


@pytest.mark.parametrize(
    ("name", "damage", "says"),
    [
        (ROWS, Path.unlink, "no such file"),
        (ROWS, truncate, "can't be read as Parquet"),
        (ROWS, empty, "can't be read as Parquet"),
        (ROWS, drop_rows, "no rows"),
        (ROWS, drop_column("start_ns"), "no column start_ns; expected round, worker"),
        (ROWS, change_rows(lambda rows: rows.assign(outcome="odd")), "outcome odd; expected"),
        (ROWS, change_rows(lambda rows: rows.assign(end_ns=1)), "rows end before they start"),
        (ROWS, change_rows(lambda rows: rows.assign(end_ns=None)), "without an end_ns"),
        (ROWS, change_rows(lambda rows: rows.assign(start_ns=None)), "null in column start_ns"),
        (
            ROWS,
            change_rows(
                lambda rows: rows.assign(start_ns=rows["start_ns"].where(rows.index > 0, 0))
            ),
            "spans over a week",
        ),
        (USAGE, empty, "can't be read as CSV"),
        (USAGE, change_text("cpu_s", "cpu"), "no column cpu_s"),
        (USAGE, change_text(",target,", ",targ,"), "role 'targ'; expected target or worker-N"),
        (USAGE, change_text("1795500900000000000", "NaN"), "can't be read as CSV"),
        (USAGE, change_text("100", "abc"), "can't be read as CSV"),
        (USAGE, change_text(",1.0,", ",inf,"), "infinite values in column cpu_s"),
        (USERS, empty, "can't be read as CSV"),
        (USERS, put("round,time_ns\n0,1\n"), "no column users"),
        ("run.json", Path.unlink, "No such file"),
        ("run.json", empty, "the whole: Invalid JSON"),
        ("run.json", truncate, "the whole: Invalid JSON"),
        ("run.json", put("[]"), "the whole: "),
        ("run.json", change_text('"users": 10', '"users": NaN'), "load.users: "),
        ("run.json", change_text('"format": 3', '"format": 4'), "format: Input should be 3"),
        ("run.json", change_text('"format": 3', '"format": 1'), "format 1, made by an earlier"),
        ("run.json", change_text('"tfserving"', '"../tfserving"'), "sequence.0.0: "),
    ],
)
def test_damaged_file_is_named_in_one_line(
    run: Path, capsys: Captured, name: str, damage: Callable[[Path], object], says: str
) -> None:
    """One line says which file and what is wrong; no report is made, and the exit code is 2."""
    damage(run / name)

    assert main(["report", str(run.parent)]) == 2
    out, err = capsys.readouterr()
    assert err.startswith(f"celsiusify-reporting: {run / name}: ")
    assert says in err
    assert err.count("\n") == 1
    assert out == ""
    assert not (run / "report.json").exists()


def test_one_bad_run_does_not_keep_others_from_being_reported(run: Path, capsys: Captured) -> None:
    """The bad one is named, the good one reported, and the exit code tells."""
    bad = make_run(run.parent / "bad", {"tfserving": Load()})
    empty(bad / "tfserving_requests.parquet")

    assert main(["report", str(run.parent)]) == 2
    assert (run / "report.pdf").exists()
    assert str(bad / "tfserving_requests.parquet") in capsys.readouterr().err
    assert [line["run"] for line in summary(run.parent)] == [run.name]


@pytest.mark.parametrize(
    ("changes", "says", "code"),
    [
        ({"steady_until_ns": None}, "no statistics of round 0: it has no steady window", 3),
        (
            {"steady_until_ns": 1_795_500_901 * 10**9},
            "no statistics of round 0: it has no steady window",
            3,
        ),
        ({"steady_from_ns": 1, "steady_until_ns": 2}, "no request started within the steady", 3),
        ({"counts": None}, "answered 192 requests a second", 0),
    ],
)
def test_report_says_what_is_missing(
    run: Path, changes: dict[str, object], says: str, code: int
) -> None:
    """A run without a steady window is reported, without figures of it."""
    for name, value in changes.items():
        edit_run(run, "targets", "tfserving", "rounds", 0, name, value=value)

    assert main(["report", str(run)]) == code
    assert says in (run / "report.md").read_text()


def test_target_that_never_ran_is_reported_as_such(results: Path) -> None:
    """Its problem stands in the report of the other target."""
    run = make_run(results / "run", {"tfserving": Load(), "converter-api": Load()})
    (run / "tfserving_requests.parquet").unlink()
    edit_run(run, "targets", "tfserving", "state", value="failed")
    edit_run(run, "targets", "tfserving", "problem", value="it wasn't ready within 30 s")

    assert main(["report", str(run)]) == 3
    text = (run / "report.md").read_text()
    assert "the run failed: it wasn't ready within 30 s" in text
    assert json.loads((run / "report.json").read_text())["measurements"][0]["window_stats"] is None


@pytest.mark.parametrize("there", [True, False])
def test_folder_without_runs_is_refused(tmp_path: Path, capsys: Captured, there: bool) -> None:
    """Nothing to report is said, with what was expected."""
    folder = tmp_path / "results"
    if there:
        folder.mkdir()

    assert main(["report", str(folder)]) == 2
    assert capsys.readouterr().err.startswith(f"celsiusify-reporting: {folder}: no ")


def test_damaged_summary_is_not_overwritten(run: Path, capsys: Captured) -> None:
    """What can't be read isn't replaced."""
    path = run.parent / "summary.csv"
    path.write_text("something else\n1,2,3\n")

    assert main(["report", str(run)]) == 2
    assert str(path) in capsys.readouterr().err
    assert path.read_text().startswith("something else")


def test_other_folders_beside_runs_are_let_be(run: Path) -> None:
    """A folder that is no run is nobody's business."""
    (run.parent / "notes").mkdir()
    shutil.copy(run / "run.json", run.parent / "notes" / "old.json")

    assert main(["report", str(run.parent)]) == 0


def test_unreadable_report_without_rows_is_named(run: Path, capsys: Captured) -> None:
    """A kept report that is damaged can't be made again, and isn't touched."""
    main(["report", str(run)])
    (run / "tfserving_requests.parquet").unlink()
    (run / "report.json").write_text("{")

    assert main(["report", str(run)]) == 2
    assert str(run / "report.json") in capsys.readouterr().err
    assert (run / "report.json").read_text() == "{"


def test_target_that_used_no_measurable_cpu_is_not_compared(results: Path) -> None:
    """There is no ratio to nought."""
    idle = Load(cpu_s_per_request=0, slowing=[1, 1, 1])
    run = make_run(results / "run", {"tfserving": idle, "converter-api": Load(slowing=[1, 1, 1])})

    assert main(["report", str(run)]) == 0
    comparisons = json.loads((run / "report.json").read_text())["comparisons"]
    outcomes = {comparison["measure"]: comparison["outcome"] for comparison in comparisons}
    assert (outcomes["p50_ms"], outcomes["cpu_s_per_requests"]) == ("equivalent", "not_compared")


def test_what_can_not_be_written_is_named(run: Path, capsys: Captured) -> None:
    """A folder where a file should be is one line, too."""
    (run / "report.pdf").mkdir()

    assert main(["report", str(run)]) == 2
    assert f"{run / 'report.pdf'}: can't be written" in capsys.readouterr().err


def test_target_that_never_started_a_request_is_reported_as_such(run: Path) -> None:
    """No rows are no fault of the file where the run says that it failed."""
    drop_rows(run / "tfserving_requests.parquet")
    edit_run(run, "targets", "tfserving", "state", value="failed")
    edit_run(run, "git", value=None)

    assert main(["report", str(run)]) == 3
    assert "nothing was measured: there is no request in" in (run / "report.md").read_text()


def test_summary_has_verdict_intervals_and_both_times(results: Path) -> None:
    """A line a target: all rounds together, what an open load delivered, and p99 from sending."""
    run = make_run(results / "run", {"tfserving": OpenLoad(slowing=[1, 1], steady_s=10)})
    main(["report", str(run)])
    (line,) = summary(results)

    assert (line["verdict"], line["load"], line["rounds"]) == ("VALID", "constant", "2")
    assert float(line["p99_low_ms"]) <= float(line["p99_ms"]) <= float(line["p99_high_ms"])
    assert line["delivered_percent"] == "100.0"
    assert float(line["service_p99_ms"]) == pytest.approx(2)


def test_output_that_nobody_reads_ends_the_command_quietly(run: Path) -> None:
    """As in `report | head`: no traceback, and the exit code of a command that SIGPIPE ended."""
    command = [sys.executable, "-m", "celsiusify_reporting", "report", str(run)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        err = process.stderr.read()

    assert (err, process.returncode) == (b"", 141)


@pytest.fixture
def _in_a_terminal() -> Iterator[None]:
    """There SIGINT is heeded, as a shell's jobs in the background don't."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    sigterm = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGINT, before)
    signal.signal(signal.SIGTERM, sigterm)


@pytest.mark.usefixtures("_in_a_terminal")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_command_ends_quietly(
    run: Path, number: int, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """Ctrl-C, or what stops a container, in the middle of a file: that file isn't there."""
    before = names(run)
    monkeypatch.setattr(Path, "replace", lambda *_: os.kill(os.getpid(), number))
    assert main(["report", str(run)]) == 130
    assert names(run) == before
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("arguments", [[], ["fly"], ["report", "--fly"]])
def test_wrong_command_is_one_line(arguments: list[str], capsys: Captured) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    (line,) = err.splitlines()
    assert line.startswith("celsiusify-reporting: ")
    assert out == ""


def test_missing_folder_for_temporary_files_is_one_line(
    run: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """As a container with a read-only root and nothing mounted at /tmp."""

    def find_none() -> str:
        raise FileNotFoundError

    monkeypatch.setattr(tempfile, "gettempdir", find_none)
    assert main(["report", str(run)]) == 2
    assert capsys.readouterr().err == (
        "celsiusify-reporting: no folder for temporary files; mount /tmp, or set TMPDIR\n"
    )
