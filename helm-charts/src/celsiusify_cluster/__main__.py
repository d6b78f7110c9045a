"""The command `celsiusify-cluster`: both targets on a cluster, loaded there."""

import argparse
import sys
from collections.abc import Sequence

from celsiusify_cluster.arguments import Parser, split_extra
from celsiusify_cluster.errors import ClusterError
from celsiusify_cluster.loadtest_verb import add_loadtest_options, load_on_cluster
from celsiusify_cluster.results_verb import add_results_options, fetch_results
from celsiusify_cluster.terminal import Terminal
from celsiusify_cluster.tools_verb import add_tools_options, provide_tools

PROGRAM = "celsiusify-cluster"


def parser() -> Parser:
    """The command line."""
    top = Parser(prog=PROGRAM, description=__doc__)
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB", parser_class=Parser)
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
    try:
        return VERBS[options.verb](options, Terminal())
    except ClusterError as problem:
        print(f"{PROGRAM}: {problem}", file=sys.stderr)
        return problem.code


VERBS = {
    "loadtest": load_on_cluster,
    "results": fetch_results,
    "tools": provide_tools,
}

if __name__ == "__main__":
    sys.exit(main())
