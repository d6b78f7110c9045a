"""`celsiusify-load-tests capacity`: search the highest rate at which targets hold an objective."""

import argparse

from celsiusify_load_tests.cli.options import add_plan_options
from celsiusify_load_tests.cli.planning import make_plan
from celsiusify_load_tests.cli.types import count, optional, positive, seconds
from celsiusify_load_tests.config.load_model import ARRIVALS, load_model
from celsiusify_load_tests.config.profiles import Profile, find_profile
from celsiusify_load_tests.exit_codes import ExitCode
from celsiusify_load_tests.run.capacity import CapacitySearch
from celsiusify_load_tests.run.capacity_search import Bounds, Objective
from celsiusify_load_tests.run.console import Terminal
from celsiusify_load_tests.run.runner import run

PROFILE = "capacity"
DEFAULT_LOAD = "poisson"
MAX_TIME_S = 15 * 60


def add_capacity_options(verb: argparse.ArgumentParser) -> None:
    """Add the options of `capacity`."""
    add_plan_options(verb)
    add = verb.add_argument
    objective, bounds = Objective(), Bounds()
    add(
        "--p99",
        type=optional(positive),
        metavar="MS",
        help=f"what the response time's p99 may be; default {objective.latency_ms:g}",
    )
    add(
        "--max-failures",
        type=optional(positive),
        metavar="PERCENT",
        help=f"fewer arrivals than this may fail; default {objective.failures_percent:g}",
    )
    add(
        "--load",
        default="",
        metavar="MODEL",
        help=f"{' or '.join(ARRIVALS)}; default {DEFAULT_LOAD}",
    )
    add("--step-time", type=optional(seconds), metavar="TIME", help="for each rate; default 8s")
    add(
        "--start-rate",
        type=optional(positive),
        metavar="N",
        help=f"the first rate, in requests/s; default {bounds.start_rps:g}",
    )
    add(
        "--confirm",
        type=optional(count),
        metavar="N",
        help=f"how often the rate found is tried again; default {bounds.confirmations}",
    )
    add(
        "--max-time",
        type=optional(seconds),
        metavar="TIME",
        help=f"for the search on one target; default {MAX_TIME_S // 60}m",
    )


def find_capacities(options: argparse.Namespace, command: str) -> ExitCode:
    """Search the targets' capacities."""
    bounds, objective = _bounds(options), _objective(options)
    load = load_model(options.load or DEFAULT_LOAD, bounds.start_rps, options.max_in_flight)
    plan, split = make_plan(options, command, _profile(options), load)
    search = CapacitySearch(objective, bounds, options.max_time or MAX_TIME_S)
    return run(plan, split, Terminal(quiet=options.quiet), search.work())


def _objective(options: argparse.Namespace) -> Objective:
    return Objective(
        latency_ms=options.p99 or Objective.latency_ms,
        failures_percent=options.max_failures or Objective.failures_percent,
    )


def _bounds(options: argparse.Namespace) -> Bounds:
    return Bounds(
        start_rps=max(options.start_rate or Bounds.start_rps, Bounds.lowest_rps),
        confirmations=options.confirm or Bounds.confirmations,
    )


def _profile(options: argparse.Namespace) -> Profile:
    overrides = {
        "run_time_s": options.step_time,
        "warm_up_s": options.warm_up,
        "cool_down_s": options.cool_down,
    }
    return find_profile(PROFILE, overrides)
