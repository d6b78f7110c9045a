"""`celsiusify-load-tests member`: the part that one of several equal pods plays in a run.

All pods of a Kubernetes Job are given the same arguments, and differ in a number alone: the first
leads, and does what the arguments say; the others work for it.
"""

import argparse

from celsiusify_load_tests.cli.types import whole

LEADER = 0
HANDED_ON = ("control_port", "worker_timeout")
"""The options of the leader's command that a worker must have as well."""


def add_member_options(verb: argparse.ArgumentParser) -> None:
    """Add the options of `member`."""
    add = verb.add_argument
    add("--index", type=whole, required=True, metavar="N", help="this one's number; 0 leads")
    add("--leader", required=True, metavar="HOST", help="where the leader is")
    add("command", nargs=argparse.REMAINDER, metavar="-- run …", help="what the leader is to do")


def part(options: argparse.Namespace, parser: argparse.ArgumentParser) -> list[str]:
    """The command line that is this one's part.

    Args:
        options: Of `member`.
        parser: Of all commands; where it refuses the leader's, this ends, in each pod alike.
    """
    command: list[str] = options.command
    if command[:1] == ["--"]:
        command = command[1:]
    asked = vars(parser.parse_args(command))
    if options.index == LEADER:
        return command
    handed = {name: asked[name] for name in HANDED_ON if asked.get(name) is not None}
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in handed.items()]
    return ["worker", f"--leader={options.leader}", *flags]
