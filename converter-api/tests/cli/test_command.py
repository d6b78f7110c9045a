"""The command's output and exit codes."""

import json
import resource
import socket
import sysconfig
from pathlib import Path

import pytest

from celsiusify_converter_api.cli import main as command

from ..support.servers import run_command


def test_describe_prints_one_json_object() -> None:
    """What serves is described as load tests and reports expect it, with the settings in force."""
    result = run_command("describe", CELSIUSIFY_WORKERS=3, CELSIUSIFY_ACCESS_LOG="false", PORT=9000)
    assert (result.returncode, result.stderr) == (0, "")
    described = json.loads(result.stdout)
    assert list(described) == ["engine", "version", "reason", "caveat", "settings"]
    assert described["engine"] == "gunicorn"
    assert described["caveat"] is None
    expected = {"worker_class": "gevent", "workers": 3, "port": 9000, "access_log": False}
    assert expected.items() <= described["settings"].items()


def test_command_is_installed() -> None:
    """The console script exists beside Python."""
    assert (Path(sysconfig.get_path("scripts")) / "celsiusify-converter-api").exists()


@pytest.mark.parametrize("subcommand", ["serve", "describe"])
def test_bad_setting_stops_with_one_line(subcommand: str) -> None:
    """A setting that can't be used is one line on stderr and exit code 2; nothing starts."""
    result = run_command(subcommand, CELSIUSIFY_WORKERS="many")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        "celsiusify-converter-api: CELSIUSIFY_WORKERS='many': "
        "expected a valid integer, unable to parse string as an integer"
    ]


def test_port_in_use_stops_with_one_line() -> None:
    """A port that something listens on is one line on stderr and exit code 2."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        result = run_command("serve", PORT=port)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        f"celsiusify-converter-api: can't listen on 127.0.0.1 port {port}: Address already in use"
    ]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "Missing command."),
        (["fly"], "No such command 'fly'."),
        (["serve", "--port=80"], "No such option '--port'"),
    ],
)
def test_wrong_arguments_stop_with_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], complaint: str
) -> None:
    """What can't be used is named on one line, and the exit code is 2."""
    assert command.main(arguments) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("celsiusify-converter-api: ")
    assert complaint in line


@pytest.mark.parametrize("worker_class", ["gevent", "gthread", "sync"])
def test_describe_names_the_worker_class_that_runs(worker_class: str) -> None:
    """The class and its reason follow the setting."""
    result = run_command("describe", CELSIUSIFY_WORKER_CLASS=worker_class, CELSIUSIFY_THREADS=8)
    described = json.loads(result.stdout)
    assert described["settings"]["worker_class"] == worker_class
    assert described["settings"]["threads"] == (8 if worker_class == "gthread" else 1)
    assert described["reason"].startswith(f"{worker_class} workers")


def test_help_is_quick() -> None:
    """`--help` imports neither Flask nor gunicorn, and costs under half a second of CPU."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = run_command("--help")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert result.returncode == 0
    assert "describe" in result.stdout
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.5
