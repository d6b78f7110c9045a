"""A run: load the targets in turn, round after round, and leave a folder with all that came."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum

from celsiusify_load_tests import results, words
from celsiusify_load_tests.cores import Split, kept_on
from celsiusify_load_tests.errors import ServingError
from celsiusify_load_tests.interruption import Interrupted, Interruption
from celsiusify_load_tests.manifest import Manifest, describe
from celsiusify_load_tests.measure import load_round, reachable
from celsiusify_load_tests.measured import COMPLETE, FAILED, INTERRUPTED, NOT_LOADED, Round, blank
from celsiusify_load_tests.plan import Plan, Stage
from celsiusify_load_tests.progress import Terminal
from celsiusify_load_tests.summary import Steady, steady
from celsiusify_load_tests.targets import Target


class Exit(IntEnum):
    """How a run ends; of several ends the highest counts."""

    OK = 0
    REQUESTS_FAILED = 1
    USAGE = 2
    INVALID = 3
    NOT_EQUIVALENT = 4
    OBJECTIVE_MISSED = 5
    INTERRUPTED = 130


@dataclass
class Outcome:
    """What a run has come to so far: its ends, and each target's rounds when they were steady."""

    ends: list[Exit] = field(default_factory=list)
    steady: dict[str, list[Steady]] = field(default_factory=dict)


def run(plan: Plan, split: Split, terminal: Terminal) -> Exit:
    """Do all that `plan` asks for.

    A target that fails doesn't keep the others from being loaded; an interruption does. What was
    recorded stays in either case, in a new folder of `plan.results`.
    """
    began = datetime.now(UTC)
    folder = results.create_folder(plan.results, began, plan.profile.name)
    targets = {target.name: blank(target, plan.host, range(plan.rounds)) for target in plan.targets}
    manifest = Manifest(folder, describe(plan, split, folder.name, began), targets)
    for line in words.load(plan, split):
        terminal.say(line)
    with Interruption() as stop_asked, kept_on(split.generator):
        outcome = _take_turns(Stage(plan, folder, split, terminal, stop_asked), manifest)
    results.remove_if_empty(folder / "parts")
    terminal.table(
        [words.row(name, entry, outcome.steady.get(name, [])) for name, entry in targets.items()]
    )
    terminal.say(f"recorded in {folder}")
    return max(outcome.ends)


def _take_turns(stage: Stage, manifest: Manifest) -> Outcome:
    """Load each target whenever it has its turn."""
    outcome = Outcome()
    targets = {target.name: target for target in stage.plan.targets}
    for place, (name, number) in enumerate(stage.plan.sequence):
        if manifest.measured[name].rounds[number].state == FAILED:
            continue
        if place:
            stage.stop_asked.sleep(stage.plan.profile.cool_down_s)
        _turn(targets[name], number, stage, manifest, outcome)
        manifest.save()
    return outcome


def _turn(target: Target, number: int, stage: Stage, manifest: Manifest, outcome: Outcome) -> None:
    """Serve one target afresh and load it for one round."""
    measured = manifest.measured[target.name]
    entry = measured.rounds[number]
    try:
        with reachable(target, stage, measured) as server:
            rows = load_round(target, server, stage, entry)
    except ServingError as problem:
        measured.give_up(str(problem))
        outcome.ends.append(Exit.USAGE)
    except Interrupted:
        entry.problem = NOT_LOADED
        outcome.ends.append(Exit.INTERRUPTED)
    else:
        found = steady(rows, entry.steady_from_ns, entry.steady_until_ns)
        outcome.steady.setdefault(target.name, []).append(found)
        outcome.ends.append(end(entry))
        for line in words.ending(target.name, entry, found, stage.plan):
            stage.terminal.say(line)
    if entry.problem:
        stage.terminal.complain(f"{target.name}: {entry.state}: {entry.problem}")


def end(entry: Round) -> Exit:
    """How a round that was loaded ended."""
    if entry.state == COMPLETE:
        return Exit.REQUESTS_FAILED if entry.counts["failed"] else Exit.OK
    return Exit.INTERRUPTED if entry.state == INTERRUPTED else Exit.INVALID
