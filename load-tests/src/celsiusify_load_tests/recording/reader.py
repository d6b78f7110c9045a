"""Read the recorded requests of a run, during the run or after it."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from celsiusify_load_tests.recording.events import read_journal
from celsiusify_load_tests.recording.format import DTYPE, OUTCOMES
from celsiusify_load_tests.recording.paths import ROWS_PATTERN, journal_file, rows_file, workers

Texts = dict[str, dict[int, str]]
"""The texts of each column whose rows hold numbers of texts."""


class WorkerIdentity(NamedTuple):
    """The values that all rows of a worker share."""

    run: str
    target: str
    round: int
    worker: int


def read_requests(recording_dir: Path) -> pa.Table:
    """Read all rows of a run.

    Args:
        recording_dir: The recording folder of the workers.

    Returns:
        One row for each request in the order of start times, with the columns of
        `<target>_requests.parquet` in results/README.md. Rows that a crash truncated are missing:
        `events.read_timeline` reports them.
    """
    tables = [_read_worker(recording_dir, worker) for worker in workers(recording_dir)]
    if not tables:
        return _table(WorkerIdentity("", "", 0, 0), np.empty(0, DTYPE), _no_texts())
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks().sort_by("start_ns")


def _read_worker(recording_dir: Path, worker: int) -> pa.Table:
    identity = WorkerIdentity("", "", 0, worker)
    texts = _no_texts()
    for event in read_journal(journal_file(recording_dir, worker)):
        if event["event"] == "opened":
            identity = WorkerIdentity(event["run"], event["target"], event["round"], worker)
        elif event["event"] == "text":
            texts[event["column"]][event["number"]] = event["text"]
    return _table(identity, _read_rows(rows_file(recording_dir, worker)), texts)


def _no_texts() -> Texts:
    return {"error": {}, "instance": {}}


def _read_rows(path: Path, after: int = 0) -> NDArray[np.void]:
    """Read the complete rows of a file from row `after` on; no rows without a file."""
    if not path.exists():
        return np.empty(0, DTYPE)
    with path.open("rb") as file:
        file.seek(after * DTYPE.itemsize)
        content = file.read()
    return np.frombuffer(content, DTYPE, count=len(content) // DTYPE.itemsize)


def _table(identity: WorkerIdentity, rows: NDArray[np.void], texts: Texts) -> pa.Table:
    first = np.zeros(len(rows), np.int32)
    unscheduled = rows["intended_ns"] == 0
    columns = {
        "run": _named(first, [identity.run]),
        "target": _named(first, [identity.target]),
        "round": pa.array(np.full(len(rows), identity.round, np.int16)),
        "worker": pa.array(np.full(len(rows), identity.worker, np.int16)),
        "user": pa.array(rows["user"]),
        "seq": pa.array(rows["seq"]),
        "intended_ns": pa.array(rows["intended_ns"], mask=unscheduled),
        "lag_us": pa.array(rows["lag_us"], mask=unscheduled),
        "start_ns": pa.array(rows["start_ns"]),
        "end_ns": pa.array(rows["end_ns"], mask=rows["end_ns"] == 0),
        "status": pa.array(rows["status"]),
        "outcome": _named(rows["outcome"], list(OUTCOMES)),
        "error": _numbered(rows["error"], texts["error"]),
        "bytes": pa.array(rows["bytes"]),
        "instance": _numbered(rows["instance"], texts["instance"]),
    }
    return pa.table(columns)


def _named(indices: NDArray[np.integer], names: list[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(indices.astype(np.int32)), pa.array(names))


def _numbered(numbers: NDArray[np.integer], texts: dict[int, str]) -> pa.DictionaryArray:
    """Turn numbers from 1 into texts, and 0 into null."""
    highest = max(*texts, int(numbers.max(initial=0)), 0)
    names = [texts.get(number, "(unknown)") for number in range(1, highest + 1)]
    indices = pa.array(numbers.astype(np.int32) - 1, mask=numbers == 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(names, pa.string()))


class Tail:
    """A reader that follows the rows of a run while they are being recorded."""

    def __init__(self, recording_dir: Path) -> None:
        self._recording_dir = recording_dir
        self._read: dict[Path, int] = {}

    def read(self) -> NDArray[np.void]:
        """Return the rows since the last call, of the type `format.DTYPE`, worker by worker."""
        return np.concatenate([np.empty(0, DTYPE), *self._pieces()])

    def _pieces(self) -> Iterator[NDArray[np.void]]:
        for path in sorted(self._recording_dir.glob(ROWS_PATTERN)):
            rows = _read_rows(path, after=self._read.get(path, 0))
            self._read[path] = self._read.get(path, 0) + len(rows)
            yield rows
