"""Fixtures of workspaces and scripted servers."""

import socket
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

# pytest's importlib mode doesn't put a test's folder on the path; the package `support` is there.
sys.path.insert(0, str(Path(__file__).parent))

from celsiusify_load_tests.cli.main import main
from celsiusify_load_tests.exit_codes import ExitCode
from support.alone import hold_turn
from support.servers import Script, ScriptedServer, Serve
from support.workspace import MakeWorkspace, Refuse, Workspace, workspace_with_two_targets


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Run a test marked `alone` while no other test runs."""
    with hold_turn(alone=item.get_closest_marker("alone") is not None):
        return (yield)


@pytest.fixture(scope="session")
def make_workspace() -> MakeWorkspace:
    """The factory of workspaces with two targets, for fixtures of a module."""
    return workspace_with_two_targets


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with two targets, `one` and `two`."""
    return workspace_with_two_targets(tmp_path)


@pytest.fixture
def refuse(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Refuse:
    """The function that runs an invalid command and returns the line on stderr."""

    def run_invalid(arguments: list[str]) -> str:
        workspace.write()
        monkeypatch.chdir(workspace.folder)
        with pytest.raises(SystemExit) as end:
            sys.exit(main(arguments))
        printed = capsys.readouterr()
        assert end.value.code == ExitCode.USAGE
        assert (printed.err.count("\n"), printed.out) == (1, "")
        assert not (workspace.folder / "results").exists()
        return printed.err

    return run_invalid


@pytest.fixture
def serve() -> Iterator[Serve]:
    """The function that starts scripted servers, which stop after the test."""
    servers: list[ScriptedServer] = []

    def start(*scripts: Script, family: socket.AddressFamily = socket.AF_INET) -> ScriptedServer:
        servers.append(ScriptedServer(family, scripts))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()
