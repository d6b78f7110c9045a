"""`celsiusify-cluster package`: the chart as one file."""

from pathlib import Path

import click

from celsiusify_cluster.cli.main import VERBS, Session
from celsiusify_cluster.cli.options import chart_option
from celsiusify_cluster.exit_codes import ExitCode
from celsiusify_cluster.kube.chart import FOLDER, package
from celsiusify_cluster.kube.helm import Helm
from celsiusify_cluster.kube.release import ReleaseRef


@click.command(help=VERBS["package"])
@chart_option
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    default="dist",
    show_default=True,
    metavar="DIR",
    help="folder for the package",
)
@click.pass_obj
def command(session: Session, /, chart: Path | None, into: Path) -> ExitCode:
    """Write `celsiusify-VERSION.tgz`.

    Raises:
        ClusterError: If there is no chart, or it is faulty.
    """
    session.terminal.say(str(package(chart or FOLDER, into, Helm(ReleaseRef()))))
    return ExitCode.OK
