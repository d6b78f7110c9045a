"""`celsiusify-cluster package`: the chart as one file."""

import argparse
from pathlib import Path

from celsiusify_cluster.console import Terminal
from celsiusify_cluster.errors import Exit
from celsiusify_cluster.kube.chart import FOLDER, add_chart_option, package
from celsiusify_cluster.kube.helm import Helm
from celsiusify_cluster.kube.release import Place


def add_package_options(verb: argparse.ArgumentParser) -> None:
    """Add the options of `package`."""
    add_chart_option(verb)
    verb.add_argument(
        "--into", type=Path, default=Path("dist"), metavar="DIR", help="default %(default)s"
    )


def make_package(options: argparse.Namespace, terminal: Terminal) -> Exit:
    """Write `celsiusify-VERSION.tgz`.

    Raises:
        ClusterError: If there is no chart, or it is faulty.
    """
    made = package(Path(options.chart or FOLDER), options.into, Helm(Place()))
    terminal.say(str(made))
    return Exit.OK
