from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from celsiusify_reporting.inputs.samples import read_requests, read_usage, read_users
from support.runs import STARTED_NS, Load, write_rows


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of rows, not in order of time."""
    write_rows(tmp_path / "rows.parquet", Load().rows("run", "tfserving"))
    return tmp_path / "rows.parquet"


def test_rows_come_in_order_of_their_start(path: Path) -> None:
    """However workers' rows were merged."""
    starts = read_requests(path)["start_ns"]

    assert starts.is_monotonic_increasing
    assert starts[0] == STARTED_NS


def test_latency_is_exact_to_the_nanosecond(path: Path) -> None:
    """Floats of 64 bits would be off by a hundred nanoseconds at this distance from 1970."""
    rows = Load().rows("run", "tfserving")
    write_rows(path, rows.assign(end_ns=rows["start_ns"] + 1))

    assert set(read_requests(path)["latency_ns"]) == {1}


@pytest.mark.parametrize(
    "text",
    [
        pa.string(),
        pa.large_string(),
        pa.dictionary(pa.int8(), pa.string()),
        pa.dictionary(pa.int16(), pa.large_string()),
    ],
    ids=str,
)
def test_texts_may_be_stored_in_any_way(path: Path, text: pa.DataType) -> None:
    """Plain or by dictionary, with small or large indices."""
    table = pq.read_table(path)
    for name in ("outcome", "error", "instance"):
        place = table.schema.get_field_index(name)
        column = table[name].cast(pa.string())
        stored = (
            column.dictionary_encode().cast(text)
            if pa.types.is_dictionary(text)
            else column.cast(text)
        )
        table = table.set_column(place, name, stored)
    pq.write_table(table, path)

    assert (read_requests(path)["outcome"] == "succeeded").all()


def test_workers_with_dictionaries_of_their_own_are_read_as_one(path: Path) -> None:
    """Each piece of a file may number its texts afresh."""
    rows = Load(failing=2).rows("run", "tfserving")
    succeeded, failed = (rows[rows["outcome"] == one] for one in ("succeeded", "failed"))
    for number, part in enumerate((failed, succeeded)):
        write_rows(path.with_name(f"{number}.parquet"), part)
    pieces = [pq.read_table(path.with_name(f"{number}.parquet")) for number in range(2)]
    pq.write_table(pa.concat_tables(pieces), path)

    outcomes = read_requests(path)["outcome"].value_counts()
    assert outcomes.to_dict() == {"succeeded": len(succeeded), "failed": len(failed)}


def test_files_that_are_not_there_are_none(tmp_path: Path) -> None:
    """Usage and users may be missing."""
    assert read_usage(tmp_path / "usage.csv") is None
    assert read_users(tmp_path / "users.csv") is None
