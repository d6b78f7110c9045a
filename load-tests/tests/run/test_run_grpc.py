"""The command with a target that speaks gRPC, end to end."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from celsiusify_load_tests.exit_codes import ExitCode
from celsiusify_load_tests.servers.remote import accepts
from support.workspace import MakeWorkspace, Run, Workspace

pytestmark = pytest.mark.slow

WORKSPACE_TARGETS = Path(__file__).parents[3] / "targets.yaml"
PROGRAM = f"{sys.executable} {Path(__file__).parents[1] / 'support' / 'fake_grpc_target.py'}"
LOAD = ("--users=8", "--warm-up=0", "--run-time=1s", "--no-calibration")


def with_grpc(workspace: Workspace, options: str = "") -> Workspace:
    """Add the target `called`, asked as the workspace's own is."""
    entry = yaml.safe_load(WORKSPACE_TARGETS.read_text())["targets"]["tfserving-grpc"]
    metrics = {"path": "/metrics", "counter": ":tensorflow:serving:request_count"}
    workspace.targets["called"] = workspace.fake(
        ports={"http": workspace.free_port(), "grpc": workspace.free_port()},
        serve={"command": f"{PROGRAM} --port $http --grpc-port $grpc {options}"},
        metrics=metrics,
        **{key: entry[key] for key in ("request", "answer", "in_all")},
    )
    return workspace


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory, make_workspace: MakeWorkspace) -> Run:
    """The target loaded for some seconds, beside one over HTTP/1.1."""
    workspace = with_grpc(make_workspace(tmp_path_factory.mktemp("called")))
    run = workspace.command("run", "called", "one", *LOAD[:-1])
    assert workspace.leftovers() == []
    return run


def test_a_load_over_grpc_is_recorded_whole(loaded: Run) -> None:
    """What is asked at one port is counted at another; each row is an answer that was checked."""
    assert (loaded.code, loaded.stderr) == (ExitCode.OK, "")
    counts = loaded.round("called")["counts"]
    assert counts["started"] == counts["succeeded"] == counts["server"] > 0
    rows = loaded.rows("called")
    assert set(rows["status"].to_pylist()) == {200}
    assert set(rows["outcome"].to_pylist()) == {"succeeded"}
    assert loaded.round("called")["connections"] == {"opened": 8, "resent": 0}


def test_a_run_says_which_protocol_was_spoken(loaded: Run) -> None:
    target = loaded.target("called")
    assert target["protocol"] == "gRPC"
    assert target["url"].startswith("grpc://127.0.0.1:")
    assert target["request"] == "POST /tensorflow.serving.PredictionService/Predict"
    assert set(loaded.manifest["calibration"]) == {"gRPC", "HTTP/1.1"}
    assert "gRPC over HTTP/2" in loaded.manifest["generator"]["client"]
    assert "HTTP/1.1 on gevent" in loaded.manifest["generator"]["client"]


def test_the_phases_of_a_call_are_those_of_its_whole_time(loaded: Run) -> None:
    phases = dict(loaded.target("called")["phases_us"])
    assert phases.pop("requests") == 300
    total = phases.pop("total")
    assert sum(phases.values()) == pytest.approx(total, rel=0.02)


def test_wrong_answers_over_grpc_are_not_timed(workspace: Workspace) -> None:
    run = with_grpc(workspace, "--offset 1").command("run", "called", *LOAD)
    assert run.code == ExitCode.NOT_EQUIVALENT
    assert "called: answer for " in run.stderr


def test_open_loads_go_over_grpc_as_well(workspace: Workspace) -> None:
    run = with_grpc(workspace).command("run", "called", *LOAD, "--load=constant", "--rate=100")
    assert run.code == ExitCode.OK
    assert run.round("called")["counts"]["succeeded"] == 100


def test_a_server_that_runs_already_is_called(workspace: Workspace) -> None:
    """Nothing says where it has its metrics, so what it counted isn't known."""
    ports = with_grpc(workspace).targets["called"]["ports"]
    command = f"{PROGRAM} --port {ports['http']} --grpc-port {ports['grpc']}"
    with subprocess.Popen(command.split()) as server:
        url = f"grpc://127.0.0.1:{ports['grpc']}"
        workspace.wait_for(lambda: accepts(url))
        run = workspace.command("run", "called", *LOAD, f"--host={url}")
        server.terminate()
    assert (run.code, run.stderr) == (ExitCode.OK, "")
    assert run.target("called")["url"] == url
    counts = run.round("called")["counts"]
    assert counts["started"] == counts["succeeded"] > 0
    assert counts["server"] is None


@pytest.mark.parametrize(
    ("name", "url", "complaint"),
    [
        ("called", "http://127.0.0.1:1", "expected a host like grpc://HOST[:PORT][/PREFIX]"),
        ("one", "grpc://127.0.0.1:1", "expected a host like http://HOST[:PORT][/PREFIX]"),
        ("called", "tcp://127.0.0.1:1", "expected http://host:port or grpc://host:port"),
    ],
)
def test_a_host_of_another_protocol_is_refused(
    workspace: Workspace, name: str, url: str, complaint: str
) -> None:
    run = with_grpc(workspace).command("run", name, *LOAD, f"--host={url}")
    assert run.code == ExitCode.USAGE
    assert complaint in run.stderr
    assert run.stderr.count("\n") == 1
    assert not (workspace.folder / "results").exists()


def test_a_host_that_takes_no_connection_is_an_error(workspace: Workspace) -> None:
    url = f"grpc://127.0.0.1:{workspace.free_port()}"
    run = with_grpc(workspace).command("run", "called", *LOAD, f"--host={url}", "--start-timeout=1")
    assert run.code == ExitCode.USAGE
    assert f"{url} accepts no connection after 1 s" in run.stderr
