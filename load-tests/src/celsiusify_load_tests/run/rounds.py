"""The targets in turn, round after round: what a run does unless it is asked for something else."""

from celsiusify_load_tests.config.targets import Target
from celsiusify_load_tests.errors import ServingError
from celsiusify_load_tests.exit_codes import Exit
from celsiusify_load_tests.run import messages
from celsiusify_load_tests.run.manifest import Manifest
from celsiusify_load_tests.run.plan import Stage
from celsiusify_load_tests.run.result import COMPLETE, FAILED, INTERRUPTED, Round, steady
from celsiusify_load_tests.run.round import load_round, reachable
from celsiusify_load_tests.run.runner import Outcome, Work, give_up


def in_turn(rounds: int) -> Work:
    """So many rounds of each target, started afresh for each."""
    return Work("loads", rounds, _take_turns, _table)


def _take_turns(stage: Stage, manifest: Manifest, outcome: Outcome) -> None:
    """Load each target whenever it has its turn."""
    targets = {target.name: target for target in stage.plan.targets}
    rest_s = 0
    for name, number in stage.plan.sequence:
        if manifest.measured[name].rounds[number].state == FAILED:
            continue
        stage.stop_asked.sleep(rest_s)
        rest_s = stage.plan.profile.cool_down_s
        try:
            _turn(targets[name], number, stage, manifest, outcome)
        except ServingError as problem:
            give_up(name, str(problem), stage, manifest, outcome)
        manifest.save()


def _turn(target: Target, number: int, stage: Stage, manifest: Manifest, outcome: Outcome) -> None:
    """Serve one target afresh and load it for one round."""
    measured = manifest.measured[target.name]
    entry = measured.rounds[number]
    with reachable(target, stage, measured) as server:
        rows = load_round(target, server, stage, entry)
    found = steady(rows, entry.steady_from_ns, entry.steady_until_ns)
    outcome.steady.setdefault(target.name, []).append(found)
    outcome.ends.append(_end(entry))
    for line in messages.ending(target.name, entry, found, stage.plan):
        stage.terminal.say(line)
    if entry.problem:
        stage.terminal.complain(f"{target.name}: {entry.state}: {entry.problem}")


def _end(entry: Round) -> Exit:
    """How a round that was loaded ended."""
    if entry.state == COMPLETE:
        return Exit.REQUESTS_FAILED if entry.counts["failed"] else Exit.OK
    return Exit.INTERRUPTED if entry.state == INTERRUPTED else Exit.INVALID


def _table(manifest: Manifest, outcome: Outcome) -> list[dict[str, str]]:
    return [
        messages.row(name, measured, outcome.steady.get(name, []))
        for name, measured in manifest.measured.items()
    ]
