"""`celsiusify-cluster delete`: delete the cluster that `create` made on this machine."""

import click

from celsiusify_cluster.cli.create import engine_option, name_option
from celsiusify_cluster.cli.main import VERBS, Session
from celsiusify_cluster.errors import ClusterError
from celsiusify_cluster.exit_codes import ExitCode
from celsiusify_cluster.local.clusters import local_cluster


@click.command(help=VERBS["delete"])
@name_option
@engine_option
@click.pass_obj
def command(session: Session, /, name: str, engine: str) -> ExitCode:
    """Delete the cluster.

    Raises:
        ClusterError: If there is no cluster of that name.
    """
    cluster = local_cluster(name, engine)
    if not cluster.exists():
        raise ClusterError(f"{cluster.program} has no cluster {cluster.name}")
    cluster.delete()
    session.terminal.say(f"removed cluster {cluster.name}")
    return ExitCode.OK
