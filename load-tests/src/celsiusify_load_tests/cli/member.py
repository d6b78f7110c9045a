"""`celsiusify-load-tests member`: the role of one of several equal pods in a run.

All pods of a Kubernetes Job have the same arguments but for their number: the first one leads and
does what the arguments say; the others are its workers.
"""

import shlex
from collections.abc import Sequence

import click

from celsiusify_load_tests.cli import run, worker

LEADER = 0
_SHARED = ("control_port", "worker_timeout")
"""The options of the leader's command that a worker needs as well."""


@click.command(
    help="Take a role in a run of equal pods: number 0 leads, the others work for it.",
    context_settings={"ignore_unknown_options": True},
)
@click.option("--index", type=click.IntRange(0), required=True, metavar="N", help="own number")
@click.option("--leader", required=True, metavar="HOST", help="host of the leader")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="-- run [ARGUMENT]...")
@click.pass_context
def command(context: click.Context, index: int, leader: str, arguments: tuple[str, ...]) -> object:
    """Take this pod's role."""
    program = str(context.find_root().info_name)
    name, *own = role(index, leader, arguments)
    verb = _VERBS[name]
    with verb.make_context(name, own, obj=shlex.join([program, name, *own])) as part:
        return verb.invoke(part)


_VERBS = {"run": run.command, "worker": worker.command}


def role(index: int, leader: str, arguments: Sequence[str]) -> list[str]:
    """Return the command line of a pod's role.

    Args:
        index: The pod's number.
        leader: The leader's host.
        arguments: The leader's command line.

    Raises:
        click.UsageError: If the leader's command line is wrong; all pods refuse it alike.
    """
    if arguments[:1] != ("run",):
        raise click.UsageError(f"{' '.join(arguments[:1]) or 'nothing'} after --; expected run …")
    with run.command.make_context("run", list(arguments[1:])) as context:
        shared = {name: context.params[name] for name in _SHARED}
    if index == LEADER:
        return list(arguments)
    flags = [
        f"--{name.replace('_', '-')}={value:g}"
        for name, value in shared.items()
        if value is not None
    ]
    return ["worker", f"--leader={leader}", *flags]
