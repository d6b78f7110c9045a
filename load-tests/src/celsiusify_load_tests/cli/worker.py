"""`celsiusify-load-tests worker`: take part in a run that is led on another machine."""

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from celsiusify_load_tests.cli.options import control_port_option, worker_timeout_option
from celsiusify_load_tests.cli.params import ADDRESS
from celsiusify_load_tests.distributed.client import LeaderClient, LostLeaderError, RejectedError
from celsiusify_load_tests.distributed.protocol import CONTROL_PORT, WORKER_TIMEOUT_S
from celsiusify_load_tests.distributed.worker import Heartbeat, JobRunner, Worker, register_request
from celsiusify_load_tests.errors import LoadTestError
from celsiusify_load_tests.exit_codes import ExitCode
from celsiusify_load_tests.host.signals import Interrupted, Interruption
from celsiusify_load_tests.run.console import Terminal


@click.command(help="Take part in a run that is led on another machine.")
@click.option(
    "--leader",
    type=ADDRESS,
    required=True,
    metavar="HOST[:PORT]",
    help="machine of the run, and its control port",
)
@control_port_option
@worker_timeout_option
def command(
    leader: tuple[str, int | None], control_port: int | None, worker_timeout: float | None
) -> ExitCode:
    """Take part in a run until it is over."""
    host, port = leader[0], leader[1] or control_port or CONTROL_PORT
    timeout_s = worker_timeout or WORKER_TIMEOUT_S
    terminal = Terminal(quiet=True)
    with Interruption() as stop_asked, closing(LeaderClient(host, port)) as client:
        terminal.say(f"looking for the leader at {host}:{port}")
        try:
            run_config = client.register(register_request(), timeout_s, stop_asked.check)
        except LostLeaderError as problem:
            raise LoadTestError(f"no leader: {problem}") from problem
        except Interrupted:
            return ExitCode.INTERRUPTED
        terminal.say(f"worker {run_config.worker} of the run")
        return _work(JobRunner(client, run_config, stop_asked), host, port, terminal)


def _work(job_runner: JobRunner, host: str, control_port: int, terminal: Terminal) -> ExitCode:
    """Run the jobs of a leader that has registered this worker."""
    with (
        closing(LeaderClient(host, control_port)) as heartbeats,
        Heartbeat(heartbeats, job_runner.run_config.worker, job_runner.stop_asked),
        TemporaryDirectory(prefix="celsiusify-") as folder,
    ):
        try:
            order = Worker(job_runner, host, Path(folder), terminal.complain).work()
        except Interrupted:
            return ExitCode.INTERRUPTED
        except (LostLeaderError, RejectedError) as problem:
            terminal.complain(f"stopped: {problem}")
            return ExitCode.INVALID
    if order.problem:
        terminal.complain(order.problem)
        return ExitCode.USAGE
    terminal.say("the run is over")
    return ExitCode.OK
