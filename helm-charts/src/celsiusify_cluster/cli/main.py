"""The command `celsiusify-cluster`: both targets on a cluster, loaded there."""

import argparse
import signal
import sys
from collections.abc import Callable, Sequence

from celsiusify_cluster.cli.cluster import add_cluster_options, create_cluster, delete_cluster
from celsiusify_cluster.cli.deploy import add_deploy_options, deploy, undeploy
from celsiusify_cluster.cli.loadtest import add_loadtest_options, load_on_cluster
from celsiusify_cluster.cli.options import add_timeout
from celsiusify_cluster.cli.package import add_package_options, make_package
from celsiusify_cluster.cli.results import add_results_options, fetch_results
from celsiusify_cluster.cli.smoke import smoke
from celsiusify_cluster.cli.status import show_status
from celsiusify_cluster.cli.tools import add_tools_options, provide_tools
from celsiusify_cluster.console import Terminal
from celsiusify_cluster.errors import ClusterError, Exit, Unread
from celsiusify_cluster.kube.release import add_place_options
from celsiusify_cluster.option_types import Parser, split_extra

AT_A_PLACE = {
    "undeploy": "remove them",
    "status": "show what is there, and what is wrong with it",
    "smoke": "ask each target for a temperature, by the chart's tests",
}
PROGRAM = "celsiusify-cluster"


def parser() -> Parser:
    """The command line."""
    top = Parser(prog=PROGRAM, description=__doc__)
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB", parser_class=Parser)
    add_deploy_options(verbs.add_parser("deploy", help="put both servers on the cluster"))
    for verb, help_text in AT_A_PLACE.items():
        added = verbs.add_parser(verb, help=help_text)
        add_place_options(added)
        add_timeout(added)
    add_package_options(verbs.add_parser("package", help="pack the chart into one file"))
    add_cluster_options(verbs.add_parser("create", help="make a cluster on this machine"))
    add_cluster_options(verbs.add_parser("delete", help="remove that cluster"))
    add_loadtest_options(verbs.add_parser("loadtest", help="load targets inside the cluster"))
    add_results_options(verbs.add_parser("results", help="fetch the results of a load again"))
    add_tools_options(verbs.add_parser("tools", help="download helm and kubectl"))
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says; returns the exit code."""
    own, extra = split_extra(sys.argv[1:] if argv is None else argv)
    top = parser()
    options = top.parse_args(own, argparse.Namespace(extra=extra))
    if extra and options.verb != "loadtest":
        top.error(f"`--` is for loadtest, not for {options.verb}")
    # As the first process of a container it would take no notice of SIGTERM.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    terminal = Terminal()
    try:
        return VERBS[options.verb](options, terminal)
    except ClusterError as problem:
        complaint, code = str(problem), problem.code
    except OSError as problem:
        complaint, code = ": ".join(filter(None, (problem.filename, problem.strerror))), Exit.USAGE
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except Unread:
        return Exit.UNREAD
    finally:
        terminal.clear()
    print(f"{PROGRAM}: {complaint}", file=sys.stderr)
    return code


VERBS: dict[str, Callable[[argparse.Namespace, Terminal], int]] = {
    "deploy": deploy,
    "undeploy": undeploy,
    "status": show_status,
    "smoke": smoke,
    "package": make_package,
    "create": create_cluster,
    "delete": delete_cluster,
    "loadtest": load_on_cluster,
    "results": fetch_results,
    "tools": provide_tools,
}
