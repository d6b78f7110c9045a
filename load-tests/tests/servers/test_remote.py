"""Servers that run already, here or elsewhere, are loaded and left as they are."""

import csv
import re
import signal

import pytest
import requests

from celsiusify_load_tests.exit_codes import ExitCode
from support.workspace import Workspace

pytestmark = pytest.mark.slow

SHORT = ("--users=4", "--no-calibration", "--warm-up=0", "--run-time=1s", "--cool-down=0")

TWO_ADDRESSES = """
import _socket

system = _socket.getaddrinfo

def resolve(host, *rest, **more):
    hosts = ["127.0.0.1", "127.0.0.2"] if host in ("pods", b"pods") else [host]
    return [found for each in hosts for found in system(each, *rest, **more)]

_socket.getaddrinfo = resolve
"""  # what Python runs first, where it finds this as sitecustomize.py


@pytest.mark.parametrize("named", [False, True])
def test_a_server_that_runs_already_is_loaded_and_left_running(
    workspace: Workspace, named: bool
) -> None:
    with workspace.running() as server:
        host = f"{'one=' if named else ''}{server.url}/"
        run = workspace.command("run", "one", *SHORT, f"--host={host}")
        assert server.process.poll() is None
    target, entry = run.target(), run.round()
    assert (run.code, target["url"], target["engine"]) == (ExitCode.OK, server.url, None)
    assert entry["counts"]["server"] == run.rows().num_rows
    assert entry["counts_problem"] is None
    with (run.folder / "one_usage.csv").open(newline="") as file:
        usage = list(csv.DictReader(file))
    assert {row["pid"] for row in usage if row["role"] == "target"} == {str(server.process.pid)}


@pytest.mark.slow
def test_several_servers_are_loaded_in_rounds(workspace: Workspace) -> None:
    """Each target has its own URL, and of two for one the last counts."""
    with workspace.running() as one, workspace.running() as two:
        hosts = ("--host=one=http://127.0.0.1:1", f"--host=two={two.url}", f"--host=one={one.url}")
        run = workspace.command("run", "one", "two", *SHORT, *hosts, "--rounds=2")
    assert (run.code, run.stderr) == (ExitCode.OK, "")
    assert [run.target(name)["url"] for name in ("one", "two")] == [one.url, two.url]
    assert run.manifest["sequence"] == [["one", 0], ["two", 0], ["two", 1], ["one", 1]]
    for name in ("one", "two"):
        counts = [entry["counts"] for entry in run.target(name)["rounds"]]
        assert all(count["server"] == count["started"] > 0 for count in counts)


@pytest.mark.slow
def test_one_target_may_run_already_and_another_be_started(workspace: Workspace) -> None:
    with workspace.running() as one:
        run = workspace.command("run", "one", "two", *SHORT, f"--host=one={one.url}")
    assert run.code == ExitCode.OK
    assert [run.target(name)["engine"] is None for name in ("one", "two")] == [True, False]


def test_new_connections_find_all_servers_of_a_name(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a headless Service; what each has counted is added up."""
    (workspace.folder / "sitecustomize.py").write_text(TWO_ADDRESSES)
    monkeypatch.setenv("PYTHONPATH", str(workspace.folder))
    with workspace.running() as one, workspace.running(host="127.0.0.2", port=one.port) as two:
        pods = f"http://pods:{one.port}"
        run = workspace.command(
            "run", "one", *SHORT, f"--host={pods}", f"--counters={pods}", "--connection=per-request"
        )
        counted = [requests.get(f"{url}/metrics", timeout=5).text for url in (one.url, two.url)]
    assert (run.code, run.stderr) == (ExitCode.OK, "")
    counts = run.round()["counts"]
    assert counts["server"] == counts["started"] > 20
    assert run.round()["connections"] == {"opened": counts["started"], "resent": 0}
    assert run.manifest["load"]["connection"] == "per-request"
    assert "; a connection for each request\n" in run.stdout
    answered = [int(re.findall(r'"celsiusify",status="OK"} (\d+)', page)[0]) for page in counted]
    assert min(answered) > counts["started"] / 4


def test_a_count_that_went_with_its_server_is_not_known(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a pod that was scaled down under load: the rest of the run stands."""
    (workspace.folder / "sitecustomize.py").write_text(TWO_ADDRESSES)
    monkeypatch.setenv("PYTHONPATH", str(workspace.folder))
    with workspace.running() as one, workspace.running(host="127.0.0.2", port=one.port) as two:
        options = (f"--host={one.url}", f"--counters=http://pods:{one.port}")
        process = workspace.start("run", "one", *SHORT, "--run-time=3s", *options)
        workspace.wait_for_rows()
        two.process.terminate()
        run = workspace.finish(process)
    assert run.code == ExitCode.OK
    assert run.round()["counts"]["server"] is None
    assert run.round()["counts_problem"] == f"the count of {two.url} can't be read"


def test_a_server_that_is_not_up_yet_is_waited_for(workspace: Workspace) -> None:
    """As one that a cluster is only starting."""
    port = workspace.free_port()
    process = workspace.start("run", "one", *SHORT, f"--host=http://127.0.0.1:{port}")
    assert process.stdout is not None
    while "(connection refused): waiting for it, at most 120 s" not in process.stdout.readline():
        assert process.poll() is None
    with workspace.running(port=port):
        run = workspace.finish(process)
    assert run.code == ExitCode.OK


@pytest.mark.parametrize(
    ("host", "health", "why"),
    [
        ("http://127.0.0.1:{port}", "/health", "connection refused"),
        ("http://nowhere.invalid:{port}", "/health", "name not resolved"),
        ("http://127.0.0.1:{server}", "/absent", "status 404"),
    ],
)
def test_a_host_that_does_not_answer_is_an_error(
    workspace: Workspace, host: str, health: str, why: str
) -> None:
    workspace.targets["one"]["health"] = health
    with workspace.running() as server:
        url = host.format(port=workspace.free_port(), server=server.port)
        run = workspace.command("run", "one", f"--host={url}", "--start-timeout=0.5")
    assert run.code == ExitCode.USAGE
    problem = f"{url}{health} doesn't answer with 200 ({why}) after 0.5 s"
    assert run.target()["problem"] == problem
    assert run.manifest["calibration"] is None


def test_a_proxy_for_others_is_not_asked(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clusters and companies set one for all programs; a load goes straight to its target."""
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{workspace.free_port()}")
    with workspace.running() as server:
        run = workspace.command("run", "one", *SHORT, f"--host={server.url}")
    assert run.code == ExitCode.OK
    assert run.round()["counts"]["server"] == run.rows().num_rows


def test_a_wait_can_be_interrupted(workspace: Workspace) -> None:
    process = workspace.start("run", "one", f"--host=http://127.0.0.1:{workspace.free_port()}")
    assert process.stdout is not None
    while "waiting for it" not in process.stdout.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    run = workspace.finish(process)
    assert (run.code, run.target()["state"]) == (ExitCode.INTERRUPTED, "interrupted")
