from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import orjson

from celsiusify_load_tests import results

NOW = datetime(2026, 11, 24, 6, 15, tzinfo=UTC)


def test_a_run_is_named_by_time_and_profile(tmp_path: Path) -> None:
    assert results.create_folder(tmp_path / "new", NOW, "quick").name == "20261124T061500Z-quick"


def test_runs_of_the_same_second_have_different_names(tmp_path: Path) -> None:
    names = [results.create_folder(tmp_path, NOW, "quick").name for _ in range(3)]
    assert [name.removeprefix("20261124T061500Z-quick") for name in names] == ["", "-2", "-3"]


def test_times_are_told_in_utc() -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=5)))
    assert results.timestamp(elsewhere) == "2026-11-24T06:15:00Z"


def test_json_is_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    results.write_json(path, {"run": "é"})
    assert orjson.loads(path.read_bytes()) == {"run": "é"}
    assert list(tmp_path.iterdir()) == [path]


def test_users_are_written_second_by_second(tmp_path: Path) -> None:
    results.write_users(tmp_path / "users.csv", [(1_000_000_000, 5), (2_000_000_000, 8)])
    assert (tmp_path / "users.csv").read_text() == "time_ns,users\n1000000000,5\n2000000000,8\n"


def test_only_an_empty_folder_is_removed(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").touch()
    (tmp_path / "gone").mkdir()
    for name in ("kept", "gone", "never"):
        results.remove_if_empty(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
