import os
import subprocess
import sys
from pathlib import Path

import pytest

from celsiusify_load_tests.recording.events import CLOSED, Journal
from celsiusify_load_tests.recording.paths import journal_file
from celsiusify_load_tests.run.backend import LocalBackend


def record(spool: Path, worker: int, pid: int, *, closed: bool) -> None:
    """Leave the journal of a load-generating process."""
    journal = Journal(journal_file(spool, worker))
    journal.write("opened", run="R", target="T", round=0, worker=worker, pid=pid, seed=1)
    if closed:
        journal.write(CLOSED, started=0, dropped=0, recorded=0, problem=None)
    journal.close()


@pytest.mark.parametrize(
    ("processes", "closed", "problem"),
    [
        (2, False, "load process 1 broke off"),
        (2, True, None),
        (1, False, None),  # what Locust's own end tells
    ],
)
@pytest.mark.parametrize("is_reaped", [True, False])
def test_a_process_that_ends_without_closing_its_record_broke_off(
    tmp_path: Path, processes: int, closed: bool, problem: str | None, is_reaped: bool
) -> None:
    """Whether or not its parent has asked yet how it ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
        if is_reaped:
            ended.wait()
        team = LocalBackend()
        team.begin(processes, tmp_path)
        nothing_yet = team.problem()
        record(tmp_path, 0, os.getpid(), closed=False)
        record(tmp_path, 1, ended.pid, closed=closed)
        assert (nothing_yet, team.problem()) == (None, problem)
