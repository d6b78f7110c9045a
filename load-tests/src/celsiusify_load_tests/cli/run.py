"""`celsiusify-load-tests run`: load targets, round after round."""

from collections.abc import Mapping
from typing import Any

import click

from celsiusify_load_tests.cli.options import given_values, load_options, run_options
from celsiusify_load_tests.config.load_spec import LoadSpec
from celsiusify_load_tests.errors import LoadTestError
from celsiusify_load_tests.exit_codes import ExitCode

_OF_USERS = {"users": "--users", "spawn_rate_per_s": "--spawn-rate", "think_time_s": "--think-time"}


@click.command(help="Load targets and record every request. `all` names most targets at once.")
@run_options
@load_options(excluded=["search"])
@click.pass_obj
def command(command_line: str, /, **parameters: Any) -> ExitCode:
    """Load the targets."""
    from celsiusify_load_tests.cli.planning import RunOptions, load_values, make_plan
    from celsiusify_load_tests.run.console import Terminal
    from celsiusify_load_tests.run.rounds import in_turn
    from celsiusify_load_tests.run.runner import run

    values = load_values(parameters)
    if values.get("search") is not None:
        raise LoadTestError(
            f"{parameters['spec_file']} describes a capacity search; repeat it with "
            "`celsiusify-load-tests capacity --spec FILE`"
        )
    options = RunOptions.of(parameters)
    plan, split = make_plan(options, values, command_line)
    _check_users(given_values(parameters), plan.load)
    return run(plan, split, Terminal(quiet=options.quiet), in_turn(plan.load.rounds))


def _check_users(given: Mapping[str, Any], load: LoadSpec) -> None:
    """Refuse options about users where arrivals follow steps."""
    for name, flag in _OF_USERS.items():
        if load.steps and name in given:
            raise LoadTestError(
                f"profile {load.profile} has no users, so {flag} means nothing; see --rate"
            )
