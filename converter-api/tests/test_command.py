"""The command's output and exit codes."""

import json
import socket
import sysconfig
from pathlib import Path

import pytest

from celsiusify_converter_api import __main__ as command

from .serving import run_command


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
        ([], "arguments are required: COMMAND"),
        (["fly"], "invalid choice: 'fly' (choose from"),
        (["serve", "--port=80"], "unrecognized arguments: --port=80"),
    ],
)
def test_wrong_arguments_stop_with_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], complaint: str
) -> None:
    """What can't be used is named on one line, and the exit code is 2."""
    with pytest.raises(SystemExit) as stopped:
        command.main(arguments)
    (line,) = capsys.readouterr().err.splitlines()
    assert stopped.value.code == 2
    assert line.startswith("celsiusify-converter-api: ")
    assert complaint in line
