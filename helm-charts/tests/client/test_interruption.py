"""A command that is interrupted, or whose output nobody reads, leaves nothing behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from celsiusify_cluster.cli.main import main

from .cluster.cluster import Cluster
from .cluster.containers import Container, prints
from .cluster.leaders import FILES, RUN, frames
from .cluster.person import interrupt_once
from .cluster.store import find

Captured = pytest.CaptureFixture[str]
COMMAND = [sys.executable, "-m", "celsiusify_cluster"]


def loadtest(results: Path, *arguments: str) -> int:
    return main(["loadtest", f"--results={results}", *arguments])


def interrupt_once_followed(cluster: Cluster) -> None:
    interrupt_once(lambda: any("/log?" in request for request in cluster.requests))


def test_ctrl_c_before_the_leader_runs_removes_the_job(
    released: Cluster, results: Path, capsys: Captured
) -> None:
    released.unschedulable = "0/1 nodes are available: 1 Insufficient cpu."
    interrupt_once(lambda: released.store.choose(find("jobs")))
    assert loadtest(results, "tfserving") == 130
    assert "interrupted before the load began" in capsys.readouterr().err
    assert released.store.choose(find("jobs")) == []


def test_ctrl_c_lets_the_leader_end_and_keeps_what_came(
    released: Cluster, results: Path, capsys: Captured
) -> None:
    def leader(container: Container) -> int:
        container.print("quick: 100 users")
        interrupt_once_followed(released)
        assert container.stopped.wait(20)
        return prints(*frames(), code=130)(container)

    released.leader = leader
    assert loadtest(results, "tfserving") == 130
    assert (results / RUN / "run.json").read_bytes() == FILES["run.json"]
    assert "telling the leader to end" in capsys.readouterr().out
    assert released.store.choose(find("jobs")) == []


def test_a_second_ctrl_c_leaves_at_once(released: Cluster, results: Path) -> None:
    def leader(container: Container) -> int:
        interrupt_once_followed(released)
        container.stopped.wait(20)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(1)
        return 130

    released.leader = leader
    assert loadtest(results, "tfserving") == 130
    assert not results.exists()
    assert released.store.choose(find("jobs")) == []


def test_a_second_ctrl_c_leaves_while_results_are_fetched(released: Cluster, results: Path) -> None:
    """Whoever doesn't want to wait needn't, for the cluster neither."""
    fetching = threading.Event()

    def never_sends(arguments: list[str], send: object) -> int:
        fetching.set()
        time.sleep(60)
        return 0

    def leader(container: Container) -> int:
        container.commands["celsiusify-load-tests"] = never_sends
        container.print("CELSIUSIFY HELD /results/run bytes=7000000")
        assert fetching.wait(20)
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.3)
        container.stopped.wait(20)
        return 130

    released.leader = leader
    assert loadtest(results, "tfserving") == 130
    assert not results.exists()
    assert released.store.choose(find("jobs")) == []


def test_a_load_ends_once_nobody_reads_what_it_says(released: Cluster, results: Path) -> None:
    def leader(container: Container) -> int:
        while not container.stopped.wait(0.1):
            container.print("quick: 100 users")
        return 130

    released.leader = leader
    command = [*COMMAND, "loadtest", "tfserving", f"--results={results}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(30) == 141
        assert process.stderr.read() == b""
    assert released.store.choose(find("jobs")) == []
    assert not results.exists()


@pytest.mark.parametrize("verb", [["status"], ["deploy"], ["loadtest", "all"]], ids=" ".join)
def test_ctrl_c_before_anything_began_is_quiet(
    cluster: Cluster, tmp_path: Path, verb: list[str]
) -> None:
    cluster.answers_slowly = True
    with subprocess.Popen([*COMMAND, *verb], stderr=subprocess.PIPE) as process:
        while not cluster.requests:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate(timeout=20)
    assert (process.returncode, complaint) == (130, b"")
