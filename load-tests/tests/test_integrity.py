from pathlib import Path

from celsiusify_load_tests.folder import journal_file
from celsiusify_load_tests.integrity import faults, quantiles
from celsiusify_load_tests.journal import Journal
from celsiusify_load_tests.timeline import read_timeline


def test_processes_that_never_ran_are_missed(tmp_path: Path) -> None:
    """Of three load processes one began a record, and it was lost before it closed that."""
    journal = Journal(journal_file(tmp_path, 0))
    journal.write("opened", run="R", target="T", round=0, worker=0, pid=1, seed=1)
    journal.close()
    assert faults(read_timeline(tmp_path), expected=3) == [
        "2 of 3 load processes never ran",
        "worker 0 did not close its record: only the first 0 requests are known",
    ]


def test_quantiles_are_samples_of_all_workers() -> None:
    found = quantiles({0: list(range(1, 100)), 1: [5000]})
    assert found == {"p50": 50, "p99": 99, "max": 5000}
    assert quantiles({0: [], 1: []}) is None
