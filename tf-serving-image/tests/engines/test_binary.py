"""The engine that replaces the process by a server on the PATH."""

import json
import signal

from ..support.machine import Machine, read_when

CONFIG = "celsiusify_tf_serving/config"


def test_the_server_takes_over_the_process_with_all_flags(machine: Machine) -> None:
    """The process id stays the same, so that the caller can watch the server and send signals."""
    server = machine.add_model_server()
    pid_file = machine.bin / "pid"
    options = ("--rest_api_port=18501", "--port", "18500", f"--pid_file={pid_file}")
    with machine.serving(*options, "--rest_api_num_threads=2", "--enable_profiler") as process:
        pid, *flags = read_when(server.with_suffix(".started")).split()

        assert int(pid) == process.pid == int(pid_file.read_text())
        assert flags[:4] == [
            "--rest_api_port=18501",
            "--port=18500",
            "--model_name=celsiusify",
            f"--model_base_path={machine.model}",
        ]
        assert flags[4].endswith(f"{CONFIG}/monitoring.config")
        assert flags[5:] == ["--rest_api_num_threads=2", "--enable_profiler"]

        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == -signal.SIGTERM


def test_the_server_s_exit_code_is_the_command_s(machine: Machine) -> None:
    machine.add_model_server().with_suffix(".ends").touch()
    done = machine.run("serve")

    assert done.returncode == 7


def test_serving_says_which_engine_and_why(machine: Machine) -> None:
    server = machine.add_model_server()
    server.with_suffix(".ends").touch()
    lines = machine.run("serve").stderr.splitlines()

    assert lines[0] == (
        "celsiusify-tf-serving: engine tensorflow_model_server: "
        f"tensorflow_model_server is on the PATH: {server}"
    )
    assert lines[1].endswith(f"serving {machine.model}, REST 8501, gRPC 8500")


def test_version_is_what_the_server_says(machine: Machine) -> None:
    machine.add_model_server()

    assert json.loads(machine.run("describe").stdout)["version"] == "2.20.0-rc1+dev"


def test_a_program_that_cannot_run_is_one_line(machine: Machine) -> None:
    """A program may be built for another kind of machine."""
    path = machine.add("tensorflow_model_server", "\x7fELF")
    done = machine.run("serve")

    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith(f"{path}: Exec format error")
    assert "Traceback" not in done.stderr
    assert json.loads(machine.run("describe").stdout)["version"] == "unknown"
