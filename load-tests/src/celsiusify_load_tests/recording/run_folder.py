"""The run's folder and the files in it; `results/README.md` has their form."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from celsiusify_load_tests.errors import LoadTestError


def run_names(now: datetime, profile: str) -> Iterable[str]:
    """Names for a run, the next where the one before is taken: time and profile, then a number."""
    name = f"{now:%Y%m%dT%H%M%SZ}-{profile}"
    yield name
    yield from (f"{name}-{number}" for number in count(2))


def create_folder(results: Path, now: datetime, profile: str) -> Path:
    """Make the folder of a new run, with a name that no other has.

    Raises:
        LoadTestError: If it can't be made.
    """
    try:
        results.mkdir(parents=True, exist_ok=True)
        return _new_folder(results, run_names(now, profile))
    except OSError as problem:
        raise LoadTestError(
            f"can't make a folder in {results}: {problem.strerror}; name another with --results"
        ) from problem


def _new_folder(results: Path, names: Iterable[str]) -> Path:
    for name in names:
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


def append_requests(path: Path, rows: pa.Table) -> None:
    """Add a round's rows to a Parquet file of requests: whole or not at all.

    A Parquet file can't be added to, since what it holds is listed at its end. So it is written
    anew, with one group of its rows in memory at a time.
    """
    partial = path.with_suffix(".partial")
    with pq.ParquetWriter(partial, rows.schema, compression="zstd") as writer:
        if path.exists():
            with pq.ParquetFile(path) as before:
                for group in range(before.num_row_groups):
                    writer.write_table(before.read_row_group(group))
        writer.write_table(rows)
    partial.replace(path)


def append_lines(path: Path, columns: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    """Add lines to a CSV file, which begins with the names of its columns."""
    is_new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        if is_new:
            writer.writerow(columns)
        writer.writerows(lines)


def remove_if_empty(folder: Path) -> None:
    """Remove a folder, unless something is still in it."""
    if folder.exists() and not any(folder.iterdir()):
        folder.rmdir()
