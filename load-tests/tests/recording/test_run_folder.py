from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from celsiusify_load_tests.errors import LoadTestError
from celsiusify_load_tests.recording import run_folder

NOW = datetime(2026, 11, 24, 6, 15, tzinfo=UTC)


def test_a_run_is_named_by_time_and_profile(tmp_path: Path) -> None:
    assert run_folder.create_folder(tmp_path / "new", NOW, "quick").name == "20261124T061500Z-quick"


def test_runs_of_the_same_second_have_different_names(tmp_path: Path) -> None:
    names = [run_folder.create_folder(tmp_path, NOW, "quick").name for _ in range(3)]
    assert [name.removeprefix("20261124T061500Z-quick") for name in names] == ["", "-2", "-3"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """As of a mount that is read-only, in one line that says what to do."""
    (tmp_path / "file").touch()
    with pytest.raises(LoadTestError) as refusal:
        run_folder.create_folder(tmp_path / "file" / "results", NOW, "quick")
    assert str(refusal.value) == (
        f"can't make a folder in {tmp_path}/file/results: Not a directory; "
        "name another with --results"
    )


def test_times_are_told_in_utc() -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=5)))
    assert run_folder.timestamp(elsewhere) == "2026-11-24T06:15:00Z"


def test_json_is_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    run_folder.write_json(path, {"run": "é"})
    assert orjson.loads(path.read_bytes()) == {"run": "é"}
    assert list(tmp_path.iterdir()) == [path]


def test_lines_are_added_below_one_header(tmp_path: Path) -> None:
    for number in (0, 1):
        run_folder.append_lines(
            tmp_path / "users.csv", ("round", "users"), [(number, 5), (number, 8)]
        )
    assert (tmp_path / "users.csv").read_text() == "round,users\n0,5\n0,8\n1,5\n1,8\n"


def test_rows_are_added_round_by_round(tmp_path: Path) -> None:
    """Each round is a group of rows of its own, so that one at a time need be in memory."""
    path = tmp_path / "one_requests.parquet"
    for number, error in enumerate(["refused", None, "timeout"]):
        errors = pa.array([error, error]).cast(pa.string()).dictionary_encode()
        rounds = pa.array([number, number], pa.int16())
        run_folder.append_requests(path, pa.table({"round": rounds, "error": errors}))
    found = pq.read_table(path)
    assert found["round"].to_pylist() == [0, 0, 1, 1, 2, 2]
    assert found["error"].to_pylist() == ["refused"] * 2 + [None] * 2 + ["timeout"] * 2
    assert pq.ParquetFile(path).num_row_groups == 3
    assert list(tmp_path.iterdir()) == [path]


def test_only_an_empty_folder_is_removed(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").touch()
    (tmp_path / "gone").mkdir()
    for name in ("kept", "gone", "never"):
        run_folder.remove_if_empty(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
