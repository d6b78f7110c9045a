from pathlib import Path

from celsiusify_load_tests.recording.events import Journal, read_timeline
from celsiusify_load_tests.recording.paths import journal_file, master_journal_file
from celsiusify_load_tests.run.monitor import cut_short, faults, quantiles


def test_processes_that_never_ran_are_missed(tmp_path: Path) -> None:
    """Of three load processes one began a record, and it was lost before it closed that."""
    journal = Journal(journal_file(tmp_path, 0))
    journal.write("opened", run="R", target="T", round=0, worker=0, pid=1, seed=1)
    journal.close()
    assert faults(read_timeline(tmp_path), expected=3) == [
        "2 of 3 load processes never ran",
        "worker 0 didn't close its record: only the first 0 requests are known",
    ]


def test_quantiles_are_samples_of_all_workers() -> None:
    found = quantiles({0: list(range(1, 100)), 1: [5000]})
    assert found == {"p50": 50, "p99": 99, "max": 5000}
    assert quantiles({0: [], 1: []}) is None


def test_a_process_that_ended_before_the_load_is_noticed(tmp_path: Path) -> None:
    """Its record is whole, but the load wasn't the one asked for any more."""
    for worker, closed_ns in enumerate([4_000_000_000, 9_900_000_000]):
        journal = Journal(journal_file(tmp_path, worker))
        journal.write("opened", run="R", target="T", round=0, worker=worker, pid=1, seed=1)
        ended = {"started": 0, "dropped": 0, "recorded": 0, "problem": None}
        journal.write("closed", **ended, time_ns=closed_ns)
        journal.close()
    master = Journal(master_journal_file(tmp_path))
    master.write("test_stopping", time_ns=10_000_000_000)
    master.close()
    assert faults(read_timeline(tmp_path), expected=2) == ["worker 0 ended 6.0 s before the load"]


def test_a_load_that_ended_before_its_time_is_noticed(tmp_path: Path) -> None:
    """Whatever ended it: what was asked for is that it lasts so long."""
    master = Journal(master_journal_file(tmp_path))
    master.write("steady", time_ns=2_000_000_000)
    master.write("test_stopping", time_ns=10_000_000_000)
    master.close()
    timeline = read_timeline(tmp_path)
    assert cut_short(timeline, run_time_s=300) == ["the load ended after 8.0 of 300 s"]
    assert cut_short(timeline, run_time_s=8) == []
