"""The command `celsiusify-load-tests`: run loads, search capacities, or list what there is."""

import argparse
import shlex
import sys
from collections.abc import Callable, Sequence

from celsiusify_load_tests.cli.capacity import add_capacity_options, find_capacities
from celsiusify_load_tests.cli.export import add_emit_options, emit
from celsiusify_load_tests.cli.locust import add_locust_options, become_locust
from celsiusify_load_tests.cli.member import add_member_options, part
from celsiusify_load_tests.cli.options import add_targets_file
from celsiusify_load_tests.cli.run import add_run_options, run_loads
from celsiusify_load_tests.cli.types import Parser
from celsiusify_load_tests.cli.worker import add_worker_options, work_for_leader
from celsiusify_load_tests.config.profiles import read_profiles
from celsiusify_load_tests.config.targets import read_targets
from celsiusify_load_tests.errors import LoadTestError
from celsiusify_load_tests.exit_codes import ExitCode

PROGRAM = "celsiusify-load-tests"


def parser() -> Parser:
    """The command line."""
    top = Parser(prog=PROGRAM, description=__doc__)
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB", parser_class=Parser)
    add_run_options(verbs.add_parser("run", help="load targets and record every request"))
    add_capacity_options(verbs.add_parser("capacity", help="search the highest rate that holds"))
    add_targets_file(verbs.add_parser("targets", help="list the targets"))
    verbs.add_parser("profiles", help="list the load profiles")
    add_worker_options(verbs.add_parser("worker", help="take part in a run of another machine"))
    add_member_options(verbs.add_parser("member", help="be one of several pods of a run"))
    add_emit_options(verbs.add_parser("emit", help="print a run's files as lines of a log"))
    add_locust_options(verbs.add_parser("locust", help="run Locust itself, for its web UI"))
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says; returns the exit code."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    options = parser().parse_args(arguments)
    try:
        return VERBS[options.verb](options, shlex.join([PROGRAM, *arguments]))
    except LoadTestError as problem:
        print(f"{PROGRAM}: {problem}", file=sys.stderr)
        return ExitCode.USAGE


def _targets(options: argparse.Namespace, _: str) -> ExitCode:
    for target in read_targets(options.targets_file).values():
        request = target.request
        extra = "" if target.in_all else "  (not in `all`)"
        print(f"{target.name:20}{target.title:30}{request.protocol:10}{request}{extra}")
    return ExitCode.OK


def _profiles(_: argparse.Namespace, __: str) -> ExitCode:
    for profile in read_profiles().values():
        print(f"{profile.name:12}{profile}")
    return ExitCode.OK


def _member(options: argparse.Namespace, _: str) -> int:
    return main(part(options, parser()))


VERBS: dict[str, Callable[[argparse.Namespace, str], int]] = {
    "run": run_loads,
    "capacity": find_capacities,
    "targets": _targets,
    "profiles": _profiles,
    "worker": work_for_leader,
    "member": _member,
    "emit": emit,
    "locust": become_locust,
}
