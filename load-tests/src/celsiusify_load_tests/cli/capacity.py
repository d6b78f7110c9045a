"""`celsiusify-load-tests capacity`: search the highest rate at which targets hold an objective."""

from typing import Any

import click

from celsiusify_load_tests.cli.options import load_options, run_options
from celsiusify_load_tests.cli.params import TIME
from celsiusify_load_tests.exit_codes import ExitCode

# Users, rounds and the rate have no part in a search, which makes its own rounds.
_EXCLUDED = (
    *("profile", "users", "spawn_rate_per_s", "think_time_s", "rate_rps"),
    *("run_time_s", "rounds", "order"),
)


@click.command(help="Search the highest rate at which targets hold an objective.")
@run_options
@load_options(excluded=_EXCLUDED, defaults={"model": "poisson"})
@click.option("--step-time", "run_time_s", type=TIME, metavar="TIME", help="time of each rate")
@click.pass_obj
def command(command_line: str, /, **parameters: Any) -> ExitCode:
    """Search the targets' capacities."""
    from celsiusify_load_tests.cli.planning import RunOptions, load_values, make_plan
    from celsiusify_load_tests.run.capacity import CapacitySearch
    from celsiusify_load_tests.run.console import Terminal
    from celsiusify_load_tests.run.runner import run

    values = load_values(parameters, profile="capacity", model="poisson", search={})
    if values["search"] is None:  # as in the specification of a run
        values["search"] = {}
    values["rate_rps"] = None  # each step has its own
    options = RunOptions.of(parameters)
    plan, split = make_plan(options, values, command_line)
    assert plan.load.search is not None
    search = CapacitySearch(plan.load.search)
    return run(plan, split, Terminal(quiet=options.quiet), search.work())
