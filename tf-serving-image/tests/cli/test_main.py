"""The command's options, and the description of the server."""

import json
import resource
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from celsiusify_tf_serving import exported_model
from celsiusify_tf_serving.settings import Settings, server_flags

from ..support.machine import Machine

CARD = {
    "architecture": {"name": "mlp", "width": 64, "depth": 3},
    "parameters": 8321,
    "fingerprint": "sha256:12",
}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--engine=gpu",), "'gpu' is not one of 'auto', 'binary', 'container', 'embedded'"),
        (("--engine=binary",), "--engine=binary can't serve: no tensorflow_model_server"),
        (("--rest_api_port=x",), "expected a port from 0 to 65535, not 'x'"),
        (("--port=65536",), "expected a port from 0 to 65535, not '65536'"),
        (("--port",), "Option '--port' requires an argument"),
        (("--port=",), "expected a port from 0 to 65535, not ''"),
        (("--image=",), "expected the name of an image, not an empty value"),
        (("--model_base_path=",), "expected a path, not an empty value"),
        (("--pid_file=",), "expected a path, not an empty value"),
        (("model",), "expected flags as --name=value, not 'model'"),
        (("-v",), "expected flags as --name=value, not '-v'"),
    ],
)
@pytest.mark.parametrize("subcommand", ["serve", "describe"])
def test_wrong_usage_is_one_line(
    machine: Machine, subcommand: str, options: tuple[str, ...], message: str
) -> None:
    done = machine.run(subcommand, *options)

    (line,) = done.stderr.splitlines()
    assert done.returncode == 2
    assert message in line
    assert done.stdout == ""


def test_no_model_names_the_command_that_makes_one(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = machine.run("serve", f"--model_base_path={tmp_path / 'empty'}")

    (line,) = done.stderr.splitlines()
    assert done.returncode == 2
    assert f"no model in {tmp_path / 'empty'}: make one with `make export`" in line


def test_the_engine_may_come_from_the_environment(machine: Machine) -> None:
    done = machine.run("describe", CELSIUSIFY_ENGINE="binary")
    overruled = machine.run("describe", "--engine=embedded", CELSIUSIFY_ENGINE="binary")

    assert done.returncode == 2
    assert json.loads(overruled.stdout)["engine"] == "embedded"


@pytest.mark.parametrize(
    ("environment", "image"),
    [
        ({}, "celsiusify/tf-serving-image:0.1.0"),
        ({"VERSION": "7"}, "celsiusify/tf-serving-image:7"),
        ({"CELSIUSIFY_IMAGE": "own:3", "VERSION": "7"}, "own:3"),
    ],
)
def test_image_follows_the_environment(
    machine: Machine, environment: dict[str, str], image: str
) -> None:
    machine.add_engine("docker", labels=None)
    done = machine.run("describe", "--engine=container", **environment)

    assert f"docker has no image {image}, " in done.stderr


def test_description_names_engine_version_reason_and_model(machine: Machine) -> None:
    """The description is of the newest version, from its card; nothing is on standard error."""
    extra = machine.model / "12" / "assets.extra"
    extra.mkdir()
    (extra / "model.json").write_text(json.dumps(CARD))
    done = machine.run("describe", "--batching", "--rest_api_num_threads=4")
    description = json.loads(done.stdout)

    assert list(description) == ["engine", "version", "reason", "caveat", "settings"]
    assert description["engine"] == "embedded"
    assert "TensorFlow 2" in description["version"]
    assert "no statement about the speed of TensorFlow Serving" in description["caveat"]
    assert description["settings"] == {
        "model": "celsiusify",
        "model_version": 12,
        "architecture": "mlp, 3 hidden layers of 64",
        "parameters": 8321,
        "model_fingerprint": "sha256:12",
        "batching": "batching.config",
        "further_flags": "--rest_api_num_threads=4",
    }
    assert done.stderr == ""


def test_description_of_a_model_without_card_says_so(machine: Machine) -> None:
    settings = json.loads(machine.run("describe").stdout)["settings"]

    assert settings["architecture"] == "unknown: the model has no card"
    assert settings["batching"] == "off, as TensorFlow Serving's default"
    assert settings["further_flags"] == "none"


def test_describing_imports_no_tensorflow(machine: Machine) -> None:
    """A description precedes each run, and must not take seconds."""
    command = machine.command("describe")
    command[1:2] = ["-X", "importtime", "-m"]
    done = subprocess.run(
        command, env=machine.environment(), capture_output=True, text=True, check=True
    )
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}

    assert "celsiusify_tf_serving.engines.selection" in imported
    assert "tensorflow" not in imported


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["serve", "--help"]])
def test_help_costs_less_than_half_a_second(machine: Machine, arguments: list[str]) -> None:
    command = [sys.executable, "-m", "celsiusify_tf_serving", *arguments]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        command, env=machine.environment(), capture_output=True, text=True, check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)

    assert done.stdout.strip()
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.5


@pytest.mark.parametrize("arguments", [[], ["start"]])
def test_a_missing_or_unknown_verb_is_one_line(machine: Machine, arguments: list[str]) -> None:
    command = [sys.executable, "-m", "celsiusify_tf_serving", *arguments]
    done = subprocess.run(
        command, env=machine.environment(), capture_output=True, text=True, check=False
    )

    (line,) = done.stderr.splitlines()
    assert done.returncode == 2
    assert line.startswith("celsiusify-tf-serving: ")


def test_default_model_is_that_of_the_source_tree() -> None:
    """The folder of `make export` is used in any current folder."""
    assert Path(exported_model.__file__).parents[2] == exported_model.SUBPROJECT
    assert (exported_model.SUBPROJECT / "pyproject.toml").is_file()


def test_model_of_the_current_folder_is_served_by_an_installed_package(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(exported_model, "SUBPROJECT", tmp_path / "site-packages")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model" / "celsiusify" / "3").mkdir(parents=True)

    assert exported_model.locate(None) == tmp_path / "model" / "celsiusify"


def test_flags_are_never_abbreviations_of_options(machine: Machine) -> None:
    """--rest_api and --pid are other flags than --rest_api_port and --pid_file."""
    done = machine.run("describe", "--rest_api=1", "--pid=7")

    assert json.loads(done.stdout)["settings"]["further_flags"] == "--rest_api=1 --pid=7"


def test_a_flag_of_the_user_replaces_the_command_s_flag() -> None:
    settings = Settings(
        Path("/m/celsiusify"), "image", flags=("--model_name=f2c", "--monitoring_config_file=/own")
    )
    flags = server_flags(settings)

    assert flags == [
        "--rest_api_port=8501",
        "--port=8500",
        "--model_base_path=/m/celsiusify",
        "--model_name=f2c",
        "--monitoring_config_file=/own",
    ]


@pytest.mark.parametrize("own", ["--grpc_socket_path=/own.sock", "--port=8500"])
def test_port_0_gives_grpc_a_private_socket(own: str) -> None:
    """TensorFlow Serving itself refuses to start with neither a port nor a socket for gRPC."""
    flags = server_flags(Settings(Path("/m/celsiusify"), "image", port=0))
    (socket,) = [flag for flag in flags if flag.startswith("--grpc_socket_path=")]
    folder = Path(socket.partition("=")[2]).parent

    assert "--port=0" in flags
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    overridden = server_flags(Settings(Path("/m/celsiusify"), "image", port=0, flags=(own,)))
    assert [flag for flag in overridden if flag.startswith(("--grpc", "--port"))][-1] == own
    assert sum("grpc_socket_path" in flag for flag in overridden) == ("socket" in own)


def test_command_and_module_are_the_same(machine: Machine) -> None:
    script = Path(sys.executable).with_name("celsiusify-tf-serving")
    options = [f"--model_base_path={machine.model}"]
    env = machine.environment()
    by_script = subprocess.check_output([script, "describe", *options], env=env, text=True)

    assert by_script == machine.run("describe").stdout
