"""`celsiusify-load-tests worker`: take part in a run that is led on another machine."""

import argparse
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from celsiusify_load_tests.cli.types import address, optional, port, positive
from celsiusify_load_tests.distributed.client import LeaderClient, LostLeaderError, RejectedError
from celsiusify_load_tests.distributed.protocol import CONTROL_PORT, WORKER_TIMEOUT_S
from celsiusify_load_tests.distributed.worker import Heartbeat, JobRunner, Worker, register_request
from celsiusify_load_tests.errors import LoadTestError
from celsiusify_load_tests.exit_codes import ExitCode
from celsiusify_load_tests.host.signals import Interrupted, Interruption
from celsiusify_load_tests.run.console import Terminal


def add_worker_options(verb: argparse.ArgumentParser) -> None:
    """Add the options of `worker`."""
    add = verb.add_argument
    add(
        "--leader",
        type=address,
        required=True,
        metavar="HOST[:PORT]",
        help="the machine of the run, and its control port",
    )
    add(
        "--control-port",
        type=optional(port),
        metavar="N",
        help=f"where no PORT is given; default {CONTROL_PORT}",
    )
    add(
        "--worker-timeout",
        type=optional(positive),
        metavar="SECONDS",
        help=f"how long to look for the leader; default {WORKER_TIMEOUT_S:g}",
    )


def work_for_leader(options: argparse.Namespace, _: str) -> ExitCode:
    """Take part in a run until it is over."""
    host, given_port = options.leader
    control_port = given_port or options.control_port or CONTROL_PORT
    timeout_s = options.worker_timeout or WORKER_TIMEOUT_S
    terminal = Terminal(quiet=True)
    with Interruption() as stop_asked, closing(LeaderClient(host, control_port)) as client:
        terminal.say(f"looking for the leader at {host}:{control_port}")
        try:
            run_config = client.register(register_request(), timeout_s, stop_asked.check)
        except LostLeaderError as problem:
            raise LoadTestError(f"no leader: {problem}") from problem
        except Interrupted:
            return ExitCode.INTERRUPTED
        terminal.say(f"worker {run_config.worker} of the run")
        return _work(JobRunner(client, run_config, stop_asked), host, control_port, terminal)


def _work(job_runner: JobRunner, host: str, control_port: int, terminal: Terminal) -> ExitCode:
    """Run the jobs of a leader that has registered this worker."""
    with (
        closing(LeaderClient(host, control_port)) as heartbeats,
        Heartbeat(heartbeats, job_runner.run_config.worker, job_runner.stop_asked),
        TemporaryDirectory(prefix="celsiusify-") as folder,
    ):
        try:
            command = Worker(job_runner, host, Path(folder), terminal.complain).work()
        except Interrupted:
            return ExitCode.INTERRUPTED
        except (LostLeaderError, RejectedError) as problem:
            terminal.complain(f"stopped: {problem}")
            return ExitCode.INVALID
    if command.problem:
        terminal.complain(command.problem)
        return ExitCode.USAGE
    terminal.say("the run is over")
    return ExitCode.OK
