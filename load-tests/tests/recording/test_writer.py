from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from celsiusify_load_tests.recording.events import Journal, read_timeline
from celsiusify_load_tests.recording.format import ABORTED, DROPPED, FAILED, LAYOUT, SUCCEEDED
from celsiusify_load_tests.recording.paths import journal_file, rows_file
from celsiusify_load_tests.recording.reader import Tail, read_requests
from celsiusify_load_tests.recording.writer import Recorder

START_NS = 1_795_500_000_000_000_000


class Worker:
    """A worker's record, as a load-generating process makes it."""

    def __init__(self, spool_dir: Path, number: int = 0) -> None:
        self.heard: list[NDArray[np.void]] = []
        self.journal = Journal(journal_file(spool_dir, number))
        self.journal.write("opened", run="R", target="T", round=2, worker=number, pid=100 + number)
        self.rows = rows_file(spool_dir, number)
        self.recorder = Recorder(self.rows, self.journal, self.heard.append)

    def add(self, count: int) -> None:
        """Record some requests that succeeded, one a microsecond."""
        for seq in range(count):
            self.recorder.started += 1
            start_ns = START_NS + 1000 * seq
            self.recorder.add(3, seq, start_ns, start_ns + 500, SUCCEEDED, 200, 82, None, "A")

    def close(self) -> None:
        """End as a process does."""
        self.recorder.close()
        self.journal.close()


def test_rows_come_back_exactly_under_the_documented_columns(tmp_path: Path) -> None:
    """Each value of each outcome is read as it was recorded."""
    worker = Worker(tmp_path)
    add = worker.recorder.add
    add(7, 0, START_NS + 2, START_NS + 3, SUCCEEDED, 200, 82, None, "A")
    add(7, 1, START_NS + 1, START_NS + 4, FAILED, 503, 9, "status 503", None)
    add(2**31 - 1, 2**40, START_NS, 0, ABORTED)
    add(0, 9, START_NS + 5, 0, DROPPED, intended_ns=START_NS - 9000, lag_us=7)
    worker.close()
    table = read_requests(tmp_path)

    text = pa.dictionary(pa.int32(), pa.string())
    assert table.schema == pa.schema(
        [
            *(("run", text), ("target", text), ("round", pa.int16()), ("worker", pa.int16())),
            *(("user", pa.int32()), ("seq", pa.int64()), ("intended_ns", pa.int64())),
            *(("lag_us", pa.int32()), ("start_ns", pa.int64()), ("end_ns", pa.int64())),
            *(("status", pa.int16()), ("outcome", text), ("error", text), ("bytes", pa.int32())),
            ("instance", text),
        ]
    )
    common: dict[str, object] = {"run": "R", "target": "T", "round": 2, "worker": 0}
    common |= dict.fromkeys(("intended_ns", "lag_us", "end_ns", "error"), None)
    common |= {"status": 0, "bytes": 0}
    ends: list[tuple[str, str | None, Mapping[str, object]]] = [
        ("aborted", None, {"user": 2**31 - 1, "seq": 2**40, "start_ns": START_NS}),
        (
            "failed",
            None,
            {"user": 7, "seq": 1, "start_ns": START_NS + 1, "end_ns": START_NS + 4}
            | {"status": 503, "bytes": 9, "error": "status 503"},
        ),
        (
            "succeeded",
            "A",
            {"user": 7, "seq": 0, "start_ns": START_NS + 2, "end_ns": START_NS + 3}
            | {"status": 200, "bytes": 82},
        ),
        (
            "dropped",
            None,
            {"user": 0, "seq": 9, "start_ns": START_NS + 5}
            | {"intended_ns": START_NS - 9000, "lag_us": 7},
        ),
    ]
    assert table.to_pylist() == [
        {**common, **changes, "outcome": outcome, "instance": instance}
        for outcome, instance, changes in ends
    ]


def test_workers_are_merged_by_start_time(tmp_path: Path) -> None:
    """Rows of all workers stand in one order, and each worker's texts are its own."""
    for number, instance in enumerate(("A", "B")):
        worker = Worker(tmp_path, number)
        for seq in range(1500):
            start_ns = START_NS + 2 * seq + number
            worker.recorder.add(0, seq, start_ns, start_ns, SUCCEEDED, instance=instance)
        worker.close()
    table = read_requests(tmp_path)

    assert table["start_ns"].to_pylist() == list(range(START_NS, START_NS + 3000))
    assert table["worker"].to_pylist() == [0, 1] * 1500
    assert table["instance"].to_pylist() == ["A", "B"] * 1500


def test_a_cut_off_tail_loses_only_itself_and_is_noticed(tmp_path: Path) -> None:
    """Whatever byte a crash ends the rows at, those before it are read, and the loss is told."""
    worker = Worker(tmp_path)
    worker.add(10)
    worker.close()
    whole = worker.rows.read_bytes()

    assert read_timeline(tmp_path).problems == []
    for size in range(len(whole)):
        worker.rows.write_bytes(whole[:size])
        rows, cut_off = divmod(size, LAYOUT.size)
        expected = ["worker 0 has a truncated row"] if cut_off else []
        expected.append(f"worker 0 started 10 requests and recorded {rows}")
        assert read_requests(tmp_path)["seq"].to_pylist() == list(range(rows))
        assert read_timeline(tmp_path).problems == expected


def test_a_cut_off_journal_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    """No byte at which a crash ends the journal hides the rows or goes unnoticed."""
    worker = Worker(tmp_path)
    worker.add(3)
    worker.close()
    journal = journal_file(tmp_path, 0)
    whole = journal.read_bytes()
    for size in range(len(whole) - 1):
        journal.write_bytes(whole[:size])
        assert read_requests(tmp_path).num_rows == 3
        assert read_timeline(tmp_path).problems == [
            "worker 0 didn't close its record: only the first 3 requests are known"
        ]


def test_a_request_that_was_never_recorded_is_noticed(tmp_path: Path) -> None:
    """Started is succeeded + failed + aborted, or there is a problem."""
    worker = Worker(tmp_path)
    worker.add(3)
    worker.recorder.started += 1
    worker.close()
    assert read_timeline(tmp_path).problems == ["worker 0 started 4 requests and recorded 3"]


def test_a_dropped_arrival_was_never_started(tmp_path: Path) -> None:
    """Started and dropped make up the rows; one that lacks is noticed."""
    worker = Worker(tmp_path)
    worker.add(3)
    worker.recorder.dropped += 2
    worker.recorder.add(0, 3, START_NS, 0, DROPPED, intended_ns=START_NS, lag_us=0)
    worker.close()
    assert read_timeline(tmp_path).problems == [
        "worker 0 started 3 requests, dropped 2 and recorded 4"
    ]


def test_rows_can_be_followed_while_they_come(tmp_path: Path) -> None:
    """Each read of the tail gives what was flushed since the last, from every worker."""
    tail = Tail(tmp_path)
    assert len(tail.read()) == 0
    first, second = Worker(tmp_path, 0), Worker(tmp_path, 1)
    first.add(5)
    assert len(tail.read()) == 0
    first.recorder.flush()
    second.add(2)
    second.recorder.flush()
    rows = tail.read()
    assert rows["seq"].tolist() == [0, 1, 2, 3, 4, 0, 1]
    assert (rows["end_ns"] - rows["start_ns"]).tolist() == [500] * 7
    assert len(tail.read()) == 0
    second.add(1)
    second.recorder.flush()
    assert len(tail.read()) == 1
    first.close()
    second.close()


def test_memory_stays_bounded_and_the_listener_hears_all(tmp_path: Path) -> None:
    """Rows leave in small pieces of themselves, each to the file and to who listens."""
    worker = Worker(tmp_path)
    worker.add(5000)
    assert [len(rows) for rows in worker.heard] == [1024] * 4
    worker.close()
    assert sum(len(rows) for rows in worker.heard) == 5000 == read_requests(tmp_path).num_rows


def test_ever_new_texts_are_not_all_kept(tmp_path: Path) -> None:
    """A server that names a new instance in each answer doesn't fill the memory or the journal."""
    worker = Worker(tmp_path)
    for seq in range(10_000):
        worker.recorder.add(0, seq, START_NS + seq, START_NS + seq, SUCCEEDED, instance=f"i{seq}")
    worker.close()
    instances = read_requests(tmp_path)["instance"].to_pylist()

    assert instances[:4000] == [f"i{seq}" for seq in range(4000)]
    assert set(instances[5000:]) == {"(too many different ones)"}
    assert journal_file(tmp_path, 0).read_bytes().count(b"\n") < 5000


def test_a_full_disk_is_told_and_breaks_nothing(tmp_path: Path) -> None:
    """When rows can't be written, the recorder says why, and the record is known to lack them."""
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    worker = Worker(tmp_path)
    worker.add(10)
    worker.recorder.flush()
    worker.recorder._file.close()
    with Path("/dev/full").open("wb") as worker.recorder._file:
        worker.add(5)
        worker.recorder.flush()
        assert worker.recorder.problem == f"can't write {worker.rows}: No space left on device"
        worker.close()
    assert read_timeline(tmp_path).problems == [
        "worker 0 started 15 requests and recorded 10",
        f"worker 0 can't write {worker.rows}: No space left on device",
    ]


def test_nothing_recorded_is_an_empty_table(tmp_path: Path) -> None:
    """A run that never began has the columns and no rows."""
    assert read_requests(tmp_path).num_rows == 0
    Worker(tmp_path).close()
    assert read_requests(tmp_path).column_names[0] == "run"
    assert read_requests(tmp_path).num_rows == 0


def test_the_timeline_adds_up_the_workers(tmp_path: Path) -> None:
    """The master tells the steady time, in which the lag counts; users are summed by second."""
    second_ns = 1_000_000_000
    for number in (0, 1):
        worker = Worker(tmp_path, number)
        lines = [
            f'{{"event":"second","time_ns":{(100 + at) * second_ns + late},"users":{users},'
            f'"started":0,"recorded":0,"opened":{opened},"resent":{number},"lag_us":[{at}]}}\n'
            for at, late, users, opened in [
                (0, 3_000_000, 5, 5),
                (1, 20_000_000, 10, 11),
                (1, 300_000_000, 0, 11),
            ]
        ]
        worker.close()
        with journal_file(tmp_path, number).open("a") as journal:
            journal.writelines(lines)
    master = Journal(tmp_path / "master.jsonl")
    master.write("steady", time_ns=100 * second_ns + 1)
    for event in ("test_stopping", "test_stopping"):
        master.write(event, time_ns=101 * second_ns + 100_000_000)
    master.close()
    timeline = read_timeline(tmp_path)

    assert timeline.users == [(100 * second_ns, 10), (101 * second_ns, 20), (102 * second_ns, 0)]
    assert timeline.workers == {0: 100, 1: 101}
    assert timeline.lag_us == {0: [1], 1: [1]}
    assert (timeline.opened, timeline.resent) == (22, 1)
    assert timeline.steady_from_ns == 100 * second_ns + 1
    assert timeline.steady_until_ns == 101 * second_ns + 100_000_000
