"""A run's folder comes home through what the command prints, however the run ends."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from celsiusify_load_tests.cli.main import main
from celsiusify_load_tests.exit_codes import ExitCode
from celsiusify_load_tests.export import exporter
from celsiusify_load_tests.export.exporter import ExportLimits
from celsiusify_load_tests.host.signals import Interruption
from support.log_files import read_log_files
from support.workspace import Run, Workspace

SHORT = ("--users=4", "--warm-up=0", "--run-time=1s", "--no-calibration", "--frames")


def on_disk(folder: Path) -> dict[str, bytes]:
    """The run's files, by their names."""
    paths = [path for path in folder.rglob("[!.]*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def times(run: Run) -> list[int]:
    """What the run said of its clock."""
    mark = "CELSIUSIFY CLOCK time_ns="
    return [int(line[len(mark) :]) for line in run.stdout.splitlines() if line.startswith(mark)]


def test_a_run_prints_its_files(workspace: Workspace) -> None:
    """What can be made of its output is what is in its folder; and it told the time before."""
    run = workspace.command("run", "one", *SHORT)
    assert (run.code, run.stderr) == (ExitCode.OK, "")
    assert read_log_files(run.stdout) == on_disk(run.folder)
    assert f"CELSIUSIFY BEGIN {run.folder.name} files=5" in run.stdout
    assert times(run)
    assert times(run)[0] <= run.round()["started_ns"]


def test_a_run_that_is_not_asked_to_prints_none(workspace: Workspace) -> None:
    assert "CELSIUSIFY" not in workspace.command("run", "one", *SHORT[:-1]).stdout


def test_a_failed_run_prints_what_it_has(workspace: Workspace) -> None:
    workspace.targets["one"]["serve"] = {"command": f"{workspace.program} fail"}
    run = workspace.command("run", "one", *SHORT)
    assert run.code == ExitCode.USAGE
    files = read_log_files(run.stdout)
    assert set(files) == {"run.json", "load.json", "one_server.log"}
    assert b"no model in /models" in files["one_server.log"]


def test_an_interrupted_run_prints_what_it_has(workspace: Workspace) -> None:
    """Kubernetes sends SIGTERM, and waits for a while."""
    process = workspace.start("run", "one", "--users=4", "--no-calibration", "--frames")
    run = workspace.interrupt(process, signal.SIGTERM)
    assert run.code == ExitCode.INTERRUPTED
    assert read_log_files(run.stdout) == on_disk(run.folder)
    assert run.rows().num_rows > 0


@pytest.mark.slow
def test_what_a_log_does_not_hold_is_held_until_it_was_fetched(workspace: Workspace) -> None:
    """The command says where its files are, and ends once they were emitted and released."""
    process = workspace.start("run", "one", *SHORT, "--frames-limit=10", "--hold=60s")
    assert process.stdout is not None
    printed = []
    while not (line := process.stdout.readline()).startswith("CELSIUSIFY HELD "):
        printed.append(line)
    assert not any(line.startswith("CELSIUSIFY DATA ") for line in printed)
    folder = Path(line.split()[2])
    assert folder.is_absolute()

    def emit(*options: str) -> str:
        command = [sys.executable, "-m", "celsiusify_load_tests", "export", str(folder), *options]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert read_log_files(emit()) == on_disk(folder)
    assert process.poll() is None
    assert read_log_files(emit()) == on_disk(folder)
    assert emit("--release", "--quiet") == ""
    assert workspace.finish(process).code == ExitCode.OK


def test_who_is_told_to_end_waits_only_for_who_is_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A folder is kept while it is being fetched, and else only for a moment."""
    monkeypatch.setattr(exporter, "INTERRUPTED_HOLD_S", 0.0)
    stopped = Interruption()
    stopped.count = 1
    limits = ExportLimits(limit_bytes=0, hold_s=60)
    (tmp_path / "run.json").write_bytes(b"{}")
    with exporter.exported(tmp_path, limits, stopped):
        pass
    fetching = exporter.fetched(tmp_path)
    fetching.__enter__()
    waiting = threading.Thread(target=lambda: exporter._export(tmp_path, limits, stopped))
    waiting.start()
    waiting.join(0.5)
    assert waiting.is_alive()
    fetching.__exit__(None, None, None)
    waiting.join()


def test_nothing_is_held_longer_than_asked(workspace: Workspace) -> None:
    run = workspace.command("run", "one", *SHORT, "--frames-limit=10", "--hold=0s")
    assert run.code == ExitCode.OK
    assert f"CELSIUSIFY HELD {run.folder} bytes=" in run.stdout


def test_a_folder_that_is_not_there_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(tmp_path / "absent")]) == ExitCode.USAGE
    assert capsys.readouterr().err == f"celsiusify-load-tests: no folder {tmp_path / 'absent'}\n"
