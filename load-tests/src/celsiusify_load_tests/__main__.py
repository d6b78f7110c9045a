"""The command `celsiusify-load-tests`: run a load, or list what there is to load and how."""

import argparse
import re
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn, TypeVar
from urllib.parse import urlsplit

from celsiusify_load_tests.cores import for_load_on
from celsiusify_load_tests.errors import LoadTestError, ServingError
from celsiusify_load_tests.order import ORDERS
from celsiusify_load_tests.plan import Plan
from celsiusify_load_tests.profiles import Profile, find_profile, read_profiles
from celsiusify_load_tests.progress import Terminal
from celsiusify_load_tests.run import Exit, run
from celsiusify_load_tests.serving import prepare
from celsiusify_load_tests.targets import Target, find_targets, read_targets

PROGRAM = "celsiusify-load-tests"
ALL = "all"
DEFAULT_ORDER = "abba"
TIMESPAN = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?")

T = TypeVar("T")


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """End with code 2."""
        self.exit(Exit.USAGE, f"{self.prog}: {message}\n")


def optional(convert: Callable[[str], T]) -> Callable[[str], T | None]:
    """Let an empty value mean the default, as an unset variable of make gives it."""

    def convert_unless_empty(text: str) -> T | None:
        return convert(text) if text else None

    convert_unless_empty.__name__ = convert.__name__
    return convert_unless_empty


def seconds(text: str) -> int:
    """Read a time as Locust writes it: `90`, `90s`, `5m`, `1h30m`."""
    found = TIMESPAN.fullmatch(text)
    if not found or not any(found.groups()):
        raise argparse.ArgumentTypeError(f"expected a time like 30s, 5m or 1h30m, got {text!r}")
    hours, minutes, rest = (int(part or 0) for part in found.groups())
    return 3600 * hours + 60 * minutes + rest


def host(text: str) -> str:
    """Read where a server runs: `http://host:port`."""
    address = urlsplit(text)
    if address.scheme != "http" or not address.hostname or address.path.strip("/"):
        raise argparse.ArgumentTypeError(f"expected http://host:port, got {text!r}")
    return text.rstrip("/")


def count(text: str) -> int:
    """Read a number of things: a whole number from 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1, got {text!r}")
    return int(text)


def order(text: str) -> str:
    """Read the name of an order."""
    if text not in ORDERS:
        raise argparse.ArgumentTypeError(f"expected {', '.join(ORDERS)}, got {text!r}")
    return text


def parser() -> Parser:
    """The command line."""
    top = Parser(prog=PROGRAM, description=__doc__)
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB", parser_class=Parser)
    loads = verbs.add_parser("run", help="load targets and record every request")
    loads.add_argument("targets", nargs="*", metavar="TARGET", help=f"names, or {ALL!r}")
    _add_load_options(loads)
    lists = verbs.add_parser("targets", help="list the targets")
    verbs.add_parser("profiles", help="list the load profiles")
    for verb in (loads, lists):
        verb.add_argument(
            "--targets",
            dest="targets_file",
            type=Path,
            default=Path("targets.yaml"),
            metavar="FILE",
            help="the description of the targets; default %(default)s",
        )
    return top


def _add_load_options(verb: argparse.ArgumentParser) -> None:
    add = verb.add_argument
    add("--profile", default="reference", metavar="NAME", help="default %(default)s")
    add("--users", type=optional(count), metavar="N", help="in place of the profile's")
    add("--spawn-rate", type=optional(float), metavar="N", help="users started a second")
    add("--run-time", type=optional(seconds), metavar="TIME", help="30s, 5m or 1h30m")
    add("--warm-up", type=optional(seconds), metavar="TIME", help="before that, not measured")
    add("--rounds", type=optional(count), metavar="N", help="loads of each target; default 1")
    add(
        "--order",
        type=optional(order),
        metavar="ORDER",
        help=f"of the targets in each round: {', '.join(ORDERS)}; default {DEFAULT_ORDER}",
    )
    add("--no-calibration", action="store_true", help="don't try how fast the generator is")
    add("--cool-down", type=optional(seconds), metavar="TIME", help="between two loads")
    add(
        "--think-time",
        type=float,
        nargs=2,
        metavar=("MIN", "MAX"),
        help="in seconds, uniform between them",
    )
    add("--host", type=optional(host), metavar="URL", help="load a server that runs already")
    add(
        "--processes",
        type=optional(count),
        metavar="N",
        help="load-generating processes; by default one a core that is left for them",
    )
    add("--seed", type=int, default=1, metavar="N", help="what the inputs follow from")
    add("--results", type=Path, default=Path("results"), metavar="DIR", help="folder of all runs")
    add(
        "--start-timeout",
        type=float,
        default=120.0,
        metavar="SECONDS",
        help="for a target to get healthy",
    )
    add("--quiet", action="store_true", help="show no progress")


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says; returns the exit code."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    options = parser().parse_args(arguments)
    try:
        return VERBS[options.verb](options, shlex.join([PROGRAM, *arguments]))
    except LoadTestError as problem:
        print(f"{PROGRAM}: {problem}", file=sys.stderr)
        return Exit.USAGE


def _run(options: argparse.Namespace, command: str) -> Exit:
    profile = _profile(options)
    known = list(read_targets(options.targets_file))
    names = known if options.targets == [ALL] else list(dict.fromkeys(options.targets))
    if not names:
        raise LoadTestError(f"name a target: {', '.join(known)} or {ALL}")
    targets = find_targets(options.targets_file, names)
    if options.host and len(targets) > 1:
        raise LoadTestError(f"--host is one server, but {len(targets)} targets are named")
    if options.host is None:
        _check_installed(targets, options.targets_file)
    split = for_load_on(options.host)
    plan = Plan(
        targets=targets,
        targets_file=options.targets_file,
        profile=profile,
        rounds=options.rounds or 1,
        order=options.order or DEFAULT_ORDER,
        calibrated=not options.no_calibration,
        host=options.host,
        processes=min(options.processes or split.processes, profile.users),
        seed=options.seed,
        results=options.results,
        start_timeout_s=options.start_timeout,
        command=command,
    )
    return run(plan, split, Terminal(quiet=options.quiet))


def _check_installed(targets: list[Target], targets_file: Path) -> None:
    """Find out at once, not after the first target's load, that another can't be served."""
    for target in targets:
        try:
            prepare(target, targets_file.resolve().parent, Path("pid"))
        except ServingError as problem:
            raise ServingError(f"{target.name}: {problem}") from problem


def _profile(options: argparse.Namespace) -> Profile:
    overrides = {
        "users": options.users,
        "spawn_rate_per_s": options.spawn_rate,
        "run_time_s": options.run_time,
        "warm_up_s": options.warm_up,
        "cool_down_s": options.cool_down,
        "think_time_s": options.think_time and tuple(options.think_time),
    }
    return find_profile(options.profile, overrides)


def _targets(options: argparse.Namespace, _: str) -> Exit:
    for target in read_targets(options.targets_file).values():
        print(f"{target.name:20}{target.title:30}{target.request}")
    return Exit.OK


def _profiles(_: argparse.Namespace, __: str) -> Exit:
    for profile in read_profiles().values():
        low_s, high_s = profile.think_time_s
        print(
            f"{profile.name:12}{profile.users} users, {profile.spawn_rate_per_s:g} more a second, "
            f"think time {low_s:g} to {high_s:g} s, for {profile.run_time_s} s"
        )
    return Exit.OK


VERBS = {"run": _run, "targets": _targets, "profiles": _profiles}

if __name__ == "__main__":
    sys.exit(main())
