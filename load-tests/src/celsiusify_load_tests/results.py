"""The run's folder and the files in it; `results/README.md` has their form."""

import csv
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq


def run_names(now: datetime, profile: str) -> Iterable[str]:
    """Names for a run, the next where the one before is taken: time and profile, then a number."""
    name = f"{now:%Y%m%dT%H%M%SZ}-{profile}"
    yield name
    yield from (f"{name}-{number}" for number in count(2))


def create_folder(results: Path, now: datetime, profile: str) -> Path:
    """Make the folder of a new run, with a name that no other has."""
    results.mkdir(parents=True, exist_ok=True)
    for name in run_names(now, profile):
        try:
            (results / name).mkdir()
        except FileExistsError:
            continue
        return results / name
    raise AssertionError("names never end")


def timestamp(now: datetime) -> str:
    """A moment as ISO 8601 in UTC, to the second."""
    return f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON file: whole or not at all."""
    partial = path.with_suffix(".partial")
    partial.write_bytes(
        orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    )
    partial.replace(path)


def write_requests(path: Path, rows: pa.Table) -> None:
    """Write the rows of requests as Parquet: whole or not at all."""
    partial = path.with_suffix(".partial")
    pq.write_table(rows, partial, compression="zstd")
    partial.replace(path)


def write_users(path: Path, users: Iterable[tuple[int, int]]) -> None:
    """Write how many users were running at each second."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("time_ns", "users"))
        writer.writerows(users)


def remove_if_empty(folder: Path) -> None:
    """Remove a folder, unless something is still in it."""
    if folder.exists() and not any(folder.iterdir()):
        folder.rmdir()
