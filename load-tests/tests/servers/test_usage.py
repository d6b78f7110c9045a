import csv
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from celsiusify_load_tests.recording.paths import usage_file
from celsiusify_load_tests.recording.run_folder import append_lines
from celsiusify_load_tests.servers.usage import (
    COLUMNS,
    ProcessTree,
    Sampler,
    add_uploaded,
    busiest_percent,
)

BURN = "import time; end = time.process_time() + 0.3\nwhile time.process_time() < end: pass\n"
PARENT = f"""\
import subprocess, sys
for _ in sys.stdin:
    subprocess.run([sys.executable, "-c", {BURN + "print(flush=True); input()"!r}])
"""


@pytest.fixture
def parent() -> Iterator[subprocess.Popen[str]]:
    """A process that starts a child for every line it reads; the child burns CPU, then waits."""
    with subprocess.Popen(
        [sys.executable, "-c", PARENT.replace("input()", "time.sleep(1.5)")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        assert process.stdin
        process.stdin.close()


def test_the_time_of_ended_children_stays_in_the_sum(parent: subprocess.Popen[str]) -> None:
    """CPU time that a child used still counts after it has ended, so the sum never falls."""
    assert parent.stdin
    assert parent.stdout
    tree = ProcessTree(parent.pid)
    parent.stdin.write("\n")
    parent.stdin.flush()
    parent.stdout.readline()
    with_child, _ = tree.sample()
    psutil.wait_procs(psutil.Process(parent.pid).children(), timeout=10)
    after, memory = tree.sample()
    assert with_child is not None
    assert after is not None
    assert after >= with_child > 0.25  # of 0.3, in ticks of the system
    assert memory is not None


def test_an_unknown_process_has_no_values() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    assert ProcessTree(ended.pid).sample() == (None, None)


def test_samples_are_written_each_second(tmp_path: Path) -> None:
    path = tmp_path / "one_usage.csv"
    with Sampler(path, 3, lambda: {"target": None, "worker-0": os.getpid()}):
        time.sleep(1.2)
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert [row["role"] for row in rows] == ["target", "worker-0"] * (len(rows) // 2)
    assert len(rows) >= 4
    assert {row["round"] for row in rows} == {"3"}
    assert {(row["pid"], row["cpu_s"], row["rss_bytes"]) for row in rows[::2]} == {("", "", "")}
    assert all(float(row["cpu_s"]) > 0 and int(row["rss_bytes"]) > 0 for row in rows[1::2])


def test_the_busiest_process_of_a_role_is_found(tmp_path: Path) -> None:
    """Only samples of that role, round and part count; two are needed to tell."""
    path = tmp_path / "usage.csv"
    second_ns = 1_000_000_000
    append_lines(
        path,
        COLUMNS,
        [
            (0, 1 * second_ns, "worker-0", 1, 0.0, 0),
            (1, 1 * second_ns, "worker-0", 2, 5.0, 0),
            (1, 2 * second_ns, "worker-0", 2, 6.0, 0),
            (1, 2 * second_ns, "worker-1", 3, 1.0, 0),
            (1, 2 * second_ns, "target", 4, 0.0, 0),
            (1, 4 * second_ns, "worker-0", 2, 6.5, 0),
            (1, 4 * second_ns, "worker-1", 3, 2.9, 0),
            (1, 4 * second_ns, "target", 4, 2.0, 0),
            (1, 5 * second_ns, "worker-2", 5, None, 0),
        ],
    )

    assert busiest_percent(path, 1, "worker-", 2 * second_ns, 5 * second_ns) == pytest.approx(95)
    assert busiest_percent(path, 1, "target", 2 * second_ns, 5 * second_ns) == pytest.approx(100)
    assert busiest_percent(path, 0, "worker-", 0, 5 * second_ns) is None


def test_what_workers_on_other_machines_used_is_added(tmp_path: Path) -> None:
    """As of the leader's round; a line that was cut off is left out."""
    path = tmp_path / "one_usage.csv"
    append_lines(path, COLUMNS, [(2, 10, "target", 1, 0.5, 100)])
    spool = tmp_path / "spool"
    spool.mkdir()
    append_lines(usage_file(spool, 0), COLUMNS, [(0, 11, "worker-0", 7, 1.5, 200)])
    append_lines(usage_file(spool, 1), COLUMNS, [(0, 12, "worker-1", 8, 2.5, 300)])
    with usage_file(spool, 1).open("a") as file:
        file.write("0,13,worker-1")
    add_uploaded(path, 2, spool)
    assert path.read_text().splitlines()[1:] == [
        "2,10,target,1,0.5,100",
        "2,11,worker-0,7,1.5,200",
        "2,12,worker-1,8,2.5,300",
    ]
