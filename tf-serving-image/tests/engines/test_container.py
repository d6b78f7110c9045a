"""The engine that runs the image, with a script in place of Docker and Podman."""

import json
import os
import signal
from pathlib import Path

import pytest

from ..support.machine import Machine, read_when

LABELS = '{"org.opencontainers.image.base.name": "docker.io/tensorflow/serving:2.20.0"}'


def commands(engine: Path, subcommand: str) -> list[str]:
    """Return the command lines that the container engine received."""
    lines = engine.with_suffix(".commands").read_text().splitlines()
    return [line for line in lines if line.split()[0] == subcommand]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("program", ["docker", "podman"])
def test_container_gets_ports_model_and_flags(machine: Machine, program: str) -> None:
    """Only this machine can reach the ports, and the model is this machine's model."""
    engine = machine.add_engine(program, LABELS)
    options = ("--rest_api_port=18501", "--port=18500", "--batching", "--rest_api_num_threads=2")
    with machine.serving(*options, "--image=own:3"):
        read_when(engine.with_suffix(".pid"))
        (run,) = commands(engine, "run")

    name, *rest = run.removeprefix("run --rm --name ").split()
    assert name.startswith("celsiusify-tf-serving-")
    assert [word for word in rest if not word.startswith("--cpuset")] == [
        "--publish=127.0.0.1:18500:8500",
        "--publish=127.0.0.1:18501:8501",
        f"--mount=type=bind,source={machine.model},target=/models/celsiusify,readonly",
        "own:3",
        "--model_name=celsiusify",
        "--model_base_path=/models/celsiusify",
        "--enable_batching=true",
        "--batching_parameters_file=/config/batching.config",
        "--rest_api_num_threads=2",
    ]


def test_container_is_kept_to_the_cores_of_the_command(machine: Machine) -> None:
    core = min(os.sched_getaffinity(0))
    engine = machine.add_engine("docker")
    with machine.serving(cores={core}):
        read_when(engine.with_suffix(".pid"))
        (run,) = commands(engine, "run")

    restricted = os.cpu_count() != 1
    assert (f" --cpuset-cpus={core} " in run) == restricted


def test_pid_file_names_the_container_s_main_process(machine: Machine) -> None:
    engine = machine.add_engine("docker")
    pid_file = machine.bin / "pid"
    with machine.serving(f"--pid_file={pid_file}") as process:
        pid = int(read_when(pid_file))

        assert pid == int(engine.with_suffix(".pid").read_text())
        assert pid != process.pid


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_container(machine: Machine, number: signal.Signals) -> None:
    """The container is removed, although the server ignores SIGTERM as process 1."""
    engine = machine.add_engine("docker")
    with machine.serving() as process:
        pid = int(read_when(engine.with_suffix(".pid")))
        process.send_signal(number)

        assert process.wait(20) == 128 + number
        assert not alive(pid)
        assert commands(engine, "stop")[0].startswith("stop --time 2 celsiusify-tf-serving-")


def test_a_signal_before_the_container_is_made_stops_it_all_the_same(machine: Machine) -> None:
    engine = machine.add_engine("docker")
    engine.with_suffix(".slow").touch()
    with machine.serving() as process:
        read_when(engine.with_suffix(".commands"), "run --rm")
        process.send_signal(signal.SIGTERM)

        assert process.wait(20) == 128 + signal.SIGTERM
        assert not engine.with_suffix(".pid").exists()
    assert len(commands(engine, "stop")) > 1


def test_an_unwritable_pid_file_leaves_no_container(machine: Machine) -> None:
    engine = machine.add_engine("docker")
    done = machine.run("serve", "--pid_file=/nowhere/pid")

    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith(
        "--pid_file=/nowhere/pid: No such file or directory"
    )
    assert not engine.with_suffix(".pid").exists()


def test_the_container_s_exit_code_is_the_command_s(machine: Machine) -> None:
    machine.add_engine("docker").with_suffix(".ends").touch()

    assert machine.run("serve").returncode == 7


@pytest.mark.parametrize("tag", ["2.20.0", "2.20.0@sha256:8a60a701d721"])
def test_version_is_the_base_image_s_tag(machine: Machine, tag: str) -> None:
    """A digest after the tag isn't part of the tag."""
    machine.add_engine("docker", LABELS.replace("2.20.0", tag))
    description = json.loads(machine.run("describe").stdout)

    assert (description["engine"], description["version"]) == ("container", "2.20.0")
