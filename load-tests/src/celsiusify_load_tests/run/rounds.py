"""Load the targets in turn, round after round."""

from celsiusify_load_tests.config.targets import Target
from celsiusify_load_tests.errors import ServingError
from celsiusify_load_tests.exit_codes import ExitCode
from celsiusify_load_tests.run import messages
from celsiusify_load_tests.run.manifest import Manifest
from celsiusify_load_tests.run.plan import RunContext
from celsiusify_load_tests.run.result import COMPLETE, FAILED, INTERRUPTED, Round, steady
from celsiusify_load_tests.run.round import load_round, reachable
from celsiusify_load_tests.run.runner import Outcome, Strategy, skip_target


def in_turn(rounds: int) -> Strategy:
    """Return the strategy that loads each target for a number of rounds, started anew for each."""
    return Strategy("loads", rounds, _take_turns, _table)


def _take_turns(context: RunContext, manifest: Manifest, outcome: Outcome) -> None:
    """Load each target at its turns."""
    targets = {target.name: target for target in context.plan.targets}
    rest_s = 0.0
    for name, number in context.plan.sequence:
        if manifest.measured[name].rounds[number].state == FAILED:
            continue
        context.stop_asked.sleep(rest_s)
        rest_s = context.plan.load.cool_down_s
        try:
            _turn(targets[name], number, context, manifest, outcome)
        except ServingError as problem:
            skip_target(name, str(problem), context, manifest, outcome)
        manifest.save()


def _turn(
    target: Target, number: int, context: RunContext, manifest: Manifest, outcome: Outcome
) -> None:
    """Start one target and load it for one round."""
    measured = manifest.measured[target.name]
    entry = measured.rounds[number]
    with reachable(target, context, measured) as server:
        rows = load_round(target, server, context, entry)
    figures = steady(rows, entry.steady_from_ns, entry.steady_until_ns)
    outcome.steady.setdefault(target.name, []).append(figures)
    outcome.ends.append(_end(entry))
    for line in messages.round_lines(target.name, entry, figures, context.plan):
        context.terminal.say(line)
    if entry.problem:
        context.terminal.complain(f"{target.name}: {entry.state}: {entry.problem}")


def _end(entry: Round) -> ExitCode:
    """Return the exit code of a round."""
    if entry.state == COMPLETE:
        return ExitCode.FAILED if entry.counts["failed"] else ExitCode.OK
    return ExitCode.INTERRUPTED if entry.state == INTERRUPTED else ExitCode.INVALID


def _table(manifest: Manifest, outcome: Outcome) -> list[dict[str, str]]:
    return [
        messages.row(name, measured, outcome.steady.get(name, []))
        for name, measured in manifest.measured.items()
    ]
