"""The command `celsiusify-cluster`: both targets on a cluster, loaded there."""

import sys
from collections.abc import Sequence

from celsiusify_cluster.arguments import Parser
from celsiusify_cluster.errors import ClusterError
from celsiusify_cluster.terminal import Terminal
from celsiusify_cluster.tools_verb import add_tools_options, provide_tools

PROGRAM = "celsiusify-cluster"


def parser() -> Parser:
    """The command line."""
    top = Parser(prog=PROGRAM, description=__doc__)
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB", parser_class=Parser)
    add_tools_options(verbs.add_parser("tools", help="download helm and kubectl"))
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says; returns the exit code."""
    options = parser().parse_args(argv)
    try:
        return VERBS[options.verb](options, Terminal())
    except ClusterError as problem:
        print(f"{PROGRAM}: {problem}", file=sys.stderr)
        return problem.code


VERBS = {
    "tools": provide_tools,
}

if __name__ == "__main__":
    sys.exit(main())
