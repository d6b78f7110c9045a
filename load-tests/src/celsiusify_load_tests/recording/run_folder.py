"""Write the run's folder and its files; `results/README.md` defines their format."""

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
    """Yield candidates for a run's name: time and profile, then with numeric suffixes."""
    name = f"{now:%Y%m%dT%H%M%SZ}-{profile}"
    yield name
    yield from (f"{name}-{number}" for number in count(2))


def create_folder(results: Path, now: datetime, profile: str) -> Path:
    """Create the folder of a new run with a unique name.

    Raises:
        LoadTestError: If the folder can't be created.
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
    raise AssertionError("the names are infinite")


def timestamp(now: datetime) -> str:
    """Return a time as ISO 8601 in UTC, to the second."""
    return f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON file atomically."""
    partial = path.with_suffix(".partial")
    partial.write_bytes(
        orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    )
    partial.replace(path)


def append_requests(path: Path, rows: pa.Table) -> None:
    """Append a round's rows to a Parquet file of requests atomically.

    A Parquet file can't be appended to, since its index is at its end. So the file is rewritten,
    with one group of its rows in memory at a time.
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
    """Append lines to a CSV file, which begins with the names of its columns."""
    is_new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        if is_new:
            writer.writerow(columns)
        writer.writerows(lines)


def remove_if_empty(folder: Path) -> None:
    """Remove a folder if it is empty."""
    if folder.exists() and not any(folder.iterdir()):
        folder.rmdir()
