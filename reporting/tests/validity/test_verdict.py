import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from celsiusify_reporting.cli.main import main
from celsiusify_reporting.document.report import Report
from celsiusify_reporting.run_folder import measure_run
from support.runs import Load, edit_run, make_run, write_rows
from support.sentences import sentences

TARGET = ("targets", "tfserving")
ROUND = (*TARGET, "rounds", 0)


def run(folder: Path, load: Load | None = None, **changes: Any) -> Path:
    return make_run(folder / "run", {"tfserving": load or Load()}, **changes)


def judged(folder: Path) -> Report:
    return measure_run(folder)[0]


def test_good_run_is_valid(tmp_path: Path) -> None:
    """A good run has no findings, even with a single round."""
    verdict = judged(run(tmp_path)).verdict

    assert (verdict.word, verdict.reasons, verdict.warnings) == ("VALID", (), ())


@pytest.mark.parametrize(
    ("path", "value", "kind", "says"),
    [
        (
            (*TARGET, "state"),
            "interrupted",
            "incomplete",
            "the run was interrupted; the reason isn't",
        ),
        ((*TARGET, "state"), "failed", "incomplete", "the run failed"),
        ((*ROUND, "counts", "started"), 7, "lossy", "the counts don't agree. The rows say"),
        ((*ROUND, "counts", "server"), 7, "lossy", "the target itself counted 7 requests"),
        ((*ROUND, "steady_until_ns"), None, "lossy", "no statistics of round 0: it has no steady"),
        ((*ROUND, "lag_us", "p99"), 6000, "generator-bound", "one in a hundred was 6.00 ms late"),
        (("load", "users"), 20, "unaccounted time", "is neither think time nor waiting"),
        (
            ("calibration", "HTTP/1.1", "rate_rps"),
            350.0,
            "generator-bound",
            "reaches 350 requests a second against a null server",
        ),
        (
            ("equivalence",),
            {
                "tolerance": 1e-4,
                "points": 9,
                "targets": {"tfserving": {"asked": 9, "wrong": 2}},
            },
            "not equivalent",
            "2 of 9 answers were wrong",
        ),
    ],
)
def test_what_makes_a_run_invalid(
    tmp_path: Path, path: tuple[str | int, ...], value: Any, kind: str, says: str
) -> None:
    """Each fault has its kind and its sentence, and the run has no conclusion."""
    folder = run(tmp_path)
    edit_run(folder, *path, value=value)
    report = judged(folder)

    assert report.verdict.word == "INVALID"
    assert {finding.kind for finding in report.verdict.reasons} == {kind}
    assert says in sentences(report, report.verdict.reasons)
    assert report.conclusion.headline.startswith("This measurement is invalid")


def test_starved_generator_is_invalid(tmp_path: Path) -> None:
    """A load process that uses 90 % of its core measures itself."""
    report = judged(run(tmp_path, Load(worker_cpu=0.9)))
    reasons = report.verdict.reasons

    assert [reason.kind for reason in reasons] == ["generator-bound"]
    said = sentences(report, reasons)
    assert "its busiest process used 90.0 % of a core, over 80 %" in said


def test_headroom_is_what_was_calibrated_by_what_was_reached(tmp_path: Path) -> None:
    """10 users who think for 50 ms ask for 192 a second of a generator that can make 61,000."""
    (headroom,) = judged(run(tmp_path)).verdict.headroom

    assert headroom.ratio == pytest.approx(61_000 / headroom.achieved_rps)
    assert headroom.achieved_rps == pytest.approx(192, rel=0.02)


def lost(rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Rows without those of one process, and without every hundredth."""
    yield rows[rows["worker"] == 0]
    yield rows[rows["seq"] % 100 != 7]


@pytest.mark.parametrize("which", [0, 1])
def test_lost_rows_make_a_run_invalid(tmp_path: Path, which: int) -> None:
    """A process whose rows are missing, or rows that were never written, are lossy."""
    folder = run(tmp_path)
    path = folder / "tfserving_requests.parquet"
    rows = pd.read_parquet(path).astype({"outcome": "str"})
    write_rows(path, list(lost(rows))[which])

    assert "lossy" in {reason.kind for reason in judged(folder).verdict.reasons}


def test_round_that_never_ran_is_missed(tmp_path: Path) -> None:
    """A run that ended before its last round has a reason."""
    folder = run(tmp_path, Load(slowing=[1, 1]))
    path = folder / "tfserving_requests.parquet"
    rows = pd.read_parquet(path).astype({"outcome": "str"})
    write_rows(path, rows[rows["round"] == 0])
    nothing = dict.fromkeys(("started_ns", "steady_from_ns", "steady_until_ns", "ended_ns"))
    counts = dict.fromkeys(("started", "succeeded", "failed", "aborted", "dropped"), 0)
    for name, value in {**nothing, "counts": counts, "state": "interrupted"}.items():
        edit_run(folder, *TARGET, "rounds", 1, name, value=value)
    edit_run(folder, *TARGET, "state", value="interrupted")
    report = judged(folder)

    assert "nothing was measured in round 1" in sentences(report, report.verdict.reasons)
    assert report.measurements[0].latency


def test_requests_that_were_cut_off_may_be_counted_or_not(tmp_path: Path) -> None:
    """A server may count any number between answered and sent requests."""
    folder = run(tmp_path)
    path = folder / "tfserving_requests.parquet"
    rows = pd.read_parquet(path).astype({"outcome": "str"})
    last = rows["start_ns"].rank(ascending=False) <= 10
    rows = rows.assign(
        outcome=rows["outcome"].where(~last, "aborted"),
        end_ns=rows["end_ns"].where(~last),
    )
    write_rows(path, rows)
    edit_run(folder, *ROUND, "counts", "succeeded", value=len(rows) - 10)
    edit_run(folder, *ROUND, "counts", "aborted", value=10)
    words = []
    for server in (len(rows) - 10, len(rows) - 5, len(rows), len(rows) + 10):
        edit_run(folder, *ROUND, "counts", "server", value=server)
        words.append(judged(folder).verdict.word)

    assert words == ["VALID", "VALID", "VALID", "INVALID"]


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (("calibration",), None, "The load generator was not calibrated"),
        ((*ROUND, "lag_us", "p99"), 1500, "one in a hundred was 1.50 ms late"),
        (
            ("load", "think_time_s"),
            [0.03, 0.05],
            "users thought 10.0 ms longer than asked for (25.0 %, over 5 %)",
        ),
    ],
)
def test_what_is_worth_a_warning(
    tmp_path: Path, path: tuple[str | int, ...], value: Any, says: str
) -> None:
    """A warning leaves the run valid."""
    folder = run(tmp_path)
    edit_run(folder, *path, value=value)
    report = judged(folder)

    assert report.verdict.word == "VALID"
    assert says in sentences(report, report.verdict.warnings)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("tfserving_usage.csv", "no CPU time and no memory: there is no tfserving_usage.csv"),
        ("tfserving_users.csv", "no users over time: there is no tfserving_users.csv"),
    ],
)
def test_missing_samples_are_reported(tmp_path: Path, name: str, says: str) -> None:
    """A warning names the missing file and the missing data."""
    folder = run(tmp_path)
    (folder / name).unlink()

    report = judged(folder)
    assert says in sentences(report, report.verdict.warnings)


@pytest.mark.parametrize(("worker_cpu", "code"), [(0.2, 0), (0.9, 3)])
def test_exit_code_tells_an_invalid_run(tmp_path: Path, worker_cpu: float, code: int) -> None:
    """An invalid run has exit code 3 and a report, whose verdict comes first."""
    folder = run(tmp_path, Load(worker_cpu=worker_cpu))

    assert main(["report", str(folder)]) == code
    report = json.loads((folder / "report.json").read_text())
    assert list(report)[1] == "verdict"
    assert report["verdict"]["word"] == {0: "VALID", 3: "INVALID"}[code]


@pytest.mark.parametrize(("late", "word"), [(0, "VALID"), (1, "VALID"), (2, "INVALID")])
def test_generator_may_lag_in_one_round_of_five(tmp_path: Path, late: int, word: str) -> None:
    """One late round is a warning: the intervals include the scatter between rounds."""
    folder = run(tmp_path, Load(slowing=[1] * 5))
    for number in range(late):
        edit_run(folder, *TARGET, "rounds", number, "lag_us", "p99", value=6000)

    assert judged(folder).verdict.word == word
