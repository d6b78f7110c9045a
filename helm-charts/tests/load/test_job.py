"""The rendered Job of a load: all its pods are run here, and what the leader prints is read."""

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from celsiusify_cluster.load.log_files import MARK, FrameReader, Received

from ..servers.local import PATIENCE_S, free_port
from ..support.manifests import Manifest, job_spec, of_kind
from .conftest import TARGET, Deploy
from .pods import Node

JOB = "run-1"
LEADER = f"{JOB}-0"

# Tells which locustfile Locust ran.
LOCUSTFILE = """
from pathlib import Path
from celsiusify_load_tests.generator.locustfile import *
Path("{path}").write_text(__file__)
"""


def cron_job(node: Node, targets: str = TARGET) -> Manifest:
    (found,) = [
        manifest
        for manifest in of_kind(node.manifests, "CronJob")
        if manifest["metadata"]["labels"]["celsiusify.dev/targets"] == targets
    ]
    return found


def run(node: Node, *extra: str) -> list[int]:
    """Run all pods of the target's Job as its controller would; returns their exit codes."""
    spec = job_spec(cron_job(node))
    ports = (f"--control-port={free_port()}", f"--locust-port={free_port()}")
    with ExitStack() as pods:
        processes = [
            pods.enter_context(
                node.running(
                    f"{JOB}-{index}",
                    spec["template"]["spec"],
                    *(*ports, "--listen=127.0.0.1", *extra),
                    JOB_NAME=JOB,
                    JOB_COMPLETION_INDEX=str(index),
                )
            )
            for index in range(spec["completions"])
        ]
        return [process.wait(2 * PATIENCE_S) for process in processes]


def received(node: Node, folder: Path) -> dict[str, Any]:
    """Take what the leader sent home, verified by its hashes; returns the run's manifest."""
    reader = FrameReader(folder)
    events = [reader.take(line) for line in node.log(LEADER).splitlines() if line.startswith(MARK)]
    assert isinstance(events[-1], Received), node.log(LEADER)
    assert f"{TARGET}_requests.parquet" in events[-1].files
    manifest: dict[str, Any] = json.loads(next(folder.glob("**/run.json")).read_text())
    return manifest


def assert_all_answers_came(manifest: dict[str, Any]) -> None:
    (loaded,) = manifest["targets"][TARGET]["rounds"]
    counts = loaded["counts"]
    assert counts["server"] == counts["succeeded"] == counts["started"] > 0


def test_leader_alone_makes_a_load_whose_results_come_home(deploy: Deploy, tmp_path: Path) -> None:
    """Without workers the only pod loads by itself, with what the values say."""
    node = deploy()
    assert run(node) == [0], node.log(LEADER)

    manifest = received(node, tmp_path / "home")
    assert manifest["load"]["connection"] == "rotate:100"
    assert manifest["generator"]["workers"] is None
    assert_all_answers_came(manifest)


@pytest.mark.slow
def test_workers_make_a_load_whose_results_come_home(deploy: Deploy, tmp_path: Path) -> None:
    """Equal pods share a Job: the first leads and sends home, the others make the load."""
    node = deploy(workers=2)
    assert run(node) == [0, 0, 0], node.log(LEADER)

    manifest = received(node, tmp_path / "home")
    assert len(manifest["generator"]["workers"]) == 2
    assert_all_answers_came(manifest)


def test_locustfile_of_the_user_makes_the_load(deploy: Deploy, tmp_path: Path) -> None:
    """Locust runs the user's locustfile, and the record is the same."""
    node = deploy(files={"locustfile": LOCUSTFILE.format(path=tmp_path / "marker")})
    assert run(node) == [0], node.log(LEADER)

    assert_all_answers_came(received(node, tmp_path / "home"))
    assert (tmp_path / "marker").read_text() == str(tmp_path / LEADER / "mnt/locust/main.py")


def test_options_at_the_end_of_arguments_win(deploy: Deploy, tmp_path: Path) -> None:
    """What is appended to a Job's arguments, as `make loadtest` does, comes before the values."""
    node = deploy()
    assert run(node, "--users=2", "--connection=per-request") == [0], node.log(LEADER)

    manifest = received(node, tmp_path / "home")
    assert manifest["load"]["connection"] == "per-request"
    assert manifest["load"]["users"] == 2
