"""`celsiusify-load-tests run`: load targets, round after round."""

import argparse

from celsiusify_load_tests.cli.options import add_plan_options
from celsiusify_load_tests.cli.planning import DEFAULT_ORDER, make_plan
from celsiusify_load_tests.cli.types import count, optional, order, positive, seconds
from celsiusify_load_tests.config.load_model import LoadModel, load_model
from celsiusify_load_tests.config.profiles import Profile, find_profile
from celsiusify_load_tests.errors import LoadTestError
from celsiusify_load_tests.exit_codes import ExitCode
from celsiusify_load_tests.generator.options import LOADS
from celsiusify_load_tests.run.console import Terminal
from celsiusify_load_tests.run.plan import ORDERS
from celsiusify_load_tests.run.rounds import in_turn
from celsiusify_load_tests.run.runner import run

DEFAULT_PROFILE = "reference"
DEFAULT_STEPPED = "poisson"
"""The load of a profile with steps."""


def add_run_options(verb: argparse.ArgumentParser) -> None:
    """Add the options of `run`."""
    add_plan_options(verb)
    add = verb.add_argument
    add("--profile", default="", metavar="NAME", help=f"default {DEFAULT_PROFILE}")
    add("--users", type=optional(count), metavar="N", help="in place of the profile's")
    add("--spawn-rate", type=optional(float), metavar="N", help="users started a second")
    add("--run-time", type=optional(seconds), metavar="TIME", help="30s, 5m or 1h30m")
    add(
        "--load",
        default="",
        metavar="MODEL",
        help=f"{', '.join(LOADS)}; default {LOADS[0]}, of a profile with steps {DEFAULT_STEPPED}",
    )
    add("--rate", type=optional(positive), metavar="N", help="arrivals a second of an open load")
    add("--rounds", type=optional(count), metavar="N", help="loads of each target; default 1")
    add(
        "--order",
        type=optional(order),
        metavar="ORDER",
        help=f"of the targets in each round: {', '.join(ORDERS)}; default {DEFAULT_ORDER}",
    )
    add(
        "--think-time",
        type=float,
        nargs=2,
        metavar=("MIN", "MAX"),
        help="in seconds, uniform between them",
    )


def run_loads(options: argparse.Namespace, command: str) -> ExitCode:
    """Load the targets."""
    profile = _profile(options)
    rounds, order = options.rounds or 1, options.order or DEFAULT_ORDER
    plan, split = make_plan(options, command, profile, _load(options, profile), rounds, order)
    return run(plan, split, Terminal(quiet=options.quiet), in_turn(rounds))


def _profile(options: argparse.Namespace) -> Profile:
    overrides = {
        "users": options.users,
        "spawn_rate_per_s": options.spawn_rate,
        "run_time_s": options.run_time,
        "warm_up_s": options.warm_up,
        "cool_down_s": options.cool_down,
        "think_time_s": options.think_time and tuple(options.think_time),
    }
    profile = find_profile(options.profile or DEFAULT_PROFILE, overrides)
    if profile.steps:
        _check_open(options, profile)
    return profile


def _check_open(options: argparse.Namespace, profile: Profile) -> None:
    """Refuse what has no meaning where arrivals follow steps."""
    name = options.profile
    for option in ("users", "spawn_rate", "think_time"):
        if getattr(options, option) is not None:
            flag = f"--{option.replace('_', '-')}"
            raise LoadTestError(f"profile {name} has no users, so {flag} means nothing; see --rate")
    if options.load == LOADS[0]:
        raise LoadTestError(f"profile {name} is an open load: --load {' or '.join(LOADS[1:])}")


def _load(options: argparse.Namespace, profile: Profile) -> LoadModel:
    model = options.load or (DEFAULT_STEPPED if profile.steps else LOADS[0])
    rate_rps = options.rate or (None if model == LOADS[0] else profile.rate_rps)
    return load_model(model, rate_rps, options.max_in_flight)
