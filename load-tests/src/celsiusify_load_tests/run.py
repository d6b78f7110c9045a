"""A run: load the targets in turn, round after round, and leave a folder with all that came."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import IntEnum
from typing import TYPE_CHECKING

from celsiusify_load_tests import gate, results, words
from celsiusify_load_tests.calibration import Subject
from celsiusify_load_tests.cores import Split, kept_on
from celsiusify_load_tests.errors import (
    CalibrationError,
    LostWorkerError,
    NotEquivalentError,
    ServingError,
)
from celsiusify_load_tests.homeward import sent
from celsiusify_load_tests.interruption import Interrupted, Interruption
from celsiusify_load_tests.manifest import Manifest, describe
from celsiusify_load_tests.measure import load_round, reachable
from celsiusify_load_tests.measured import COMPLETE, FAILED, INTERRUPTED, NOT_LOADED, Round, blank
from celsiusify_load_tests.plan import Plan, Stage
from celsiusify_load_tests.progress import Terminal
from celsiusify_load_tests.summary import Steady, steady
from celsiusify_load_tests.targets import Target

if TYPE_CHECKING:
    from celsiusify_load_tests.distributed.leader import Leader


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


@dataclass(frozen=True)
class Work:
    """What a run does once its targets are known to answer rightly.

    Attributes:
        kind: What `run.json` calls it.
        rounds: How many rounds of each target are known beforehand.
        do: Loads the targets.
        table: What came of it, a line a target.
    """

    kind: str
    rounds: int
    do: Callable[[Stage, Manifest, Outcome], None]
    table: Callable[[Manifest, Outcome], list[dict[str, str]]]


def run(plan: Plan, split: Split, terminal: Terminal, work: Work | None = None) -> Exit:
    """Do all that `plan` asks for: load the targets in turn, unless other `work` is given.

    A target that fails doesn't keep the others from being loaded; an interruption does. What was
    recorded stays in either case, in a new folder of `plan.results`.
    """
    temperatures = gate.questions(plan)
    work = work or Work("loads", plan.rounds, _take_turns, _table)
    try:
        with Interruption() as stop_asked, _led(plan, terminal, stop_asked) as leader:
            return _run(plan, split, terminal, work, temperatures, stop_asked, leader)
    except Interrupted:  # before there was anything to keep
        return Exit.INTERRUPTED


@contextmanager
def _led(plan: Plan, terminal: Terminal, stop_asked: Interruption) -> Iterator["Leader | None"]:
    """The leader of a run with workers, once they are there; None for a run without."""
    if plan.distribution is None:
        yield None
        return
    # Only here, since it imports Flask: no other run waits for that.
    from celsiusify_load_tests.distributed.gathering import leading

    targets = plan.targets_file.read_text(encoding="utf-8")
    with leading(plan.distribution, targets, terminal.say, stop_asked) as leader:
        yield leader


def _run(
    plan: Plan,
    split: Split,
    terminal: Terminal,
    work: Work,
    temperatures: list[float],
    stop_asked: Interruption,
    leader: "Leader | None",
) -> Exit:
    """Do the work, in a new folder."""
    began = datetime.now(UTC)
    folder = results.create_folder(plan.results, began, plan.profile.name)
    rounds, rate_rps = range(work.rounds), plan.load.rate_rps
    targets = {
        target.name: blank(target, plan.hosts.get(target.name), rounds, rate_rps)
        for target in plan.targets
    }
    content = describe(plan, split, folder.name, began, work.kind)
    content["load"]["workers"] = leader and leader.workers
    manifest = Manifest(folder, content, targets)
    for line in words.load(plan, split):
        terminal.say(line)
    stage = Stage(plan, folder, split, terminal, stop_asked)
    if leader:
        stage = replace(stage, team=leader, calibrate=leader.calibrate)
    with sent(folder, plan.way_home, stop_asked):
        with kept_on(split.generator):
            outcome = _pass_and_do(work, stage, manifest, temperatures)
        if leader:
            leader.dismiss()
        results.remove_if_empty(folder / "parts")
        terminal.table(work.table(manifest, outcome))
        terminal.say(f"recorded in {folder}")
    return max(outcome.ends)


def _table(manifest: Manifest, outcome: Outcome) -> list[dict[str, str]]:
    return [
        words.row(name, measured, outcome.steady.get(name, []))
        for name, measured in manifest.measured.items()
    ]


def _pass_and_do(
    work: Work, stage: Stage, manifest: Manifest, temperatures: list[float]
) -> Outcome:
    """Do the work if all targets answer rightly."""
    outcome = Outcome()
    try:
        unserved = gate.check(stage, manifest, temperatures)
        for name, reason in unserved.items():
            give_up(name, reason, stage, manifest, outcome)
        served = [target for target in stage.plan.targets if target.name not in unserved]
        if stage.plan.calibrated and served:
            _calibrate(served, stage, manifest)
        work.do(stage, manifest, outcome)
    except NotEquivalentError as problem:
        stage.terminal.complain(f"{problem}; nothing was timed")
        _close(manifest, FAILED, str(problem))
        outcome.ends.append(Exit.NOT_EQUIVALENT)
    except CalibrationError as problem:
        stage.terminal.complain(f"{problem}; nothing was timed")
        _close(manifest, FAILED, str(problem))
        outcome.ends.append(Exit.INVALID)
    except LostWorkerError as problem:
        stage.terminal.complain(f"{problem}; no more was loaded")
        _close(manifest, FAILED, str(problem))
        outcome.ends.append(Exit.INVALID)
    except Interrupted:
        _close(manifest, INTERRUPTED, NOT_LOADED)
        outcome.ends.append(Exit.INTERRUPTED)
    manifest.save()
    return outcome


def _calibrate(targets: list[Target], stage: Stage, manifest: Manifest) -> None:
    """Find out what the load generator can do at the targets that will be loaded, and say it."""
    plan = stage.plan
    subject = Subject(
        stage.folder.name,
        targets,
        plan.targets_file,
        plan.profile,
        plan.processes,
        plan.seed,
        str(plan.policy),
    )
    found = stage.calibrate(subject, stage.split, stage.stop_asked)
    manifest.content["calibration"] = found
    manifest.save()
    for protocol, ability in found.items():
        stage.terminal.say(words.headroom(protocol, ability, stage.plan))


def _close(manifest: Manifest, state: str, problem: str) -> None:
    for measured in manifest.measured.values():
        measured.close(state, problem)


def give_up(name: str, problem: str, stage: Stage, manifest: Manifest, outcome: Outcome) -> None:
    """Leave a target out that can't be served."""
    manifest.measured[name].close(FAILED, problem)
    stage.terminal.complain(f"{name}: {FAILED}: {problem}")
    outcome.ends.append(Exit.USAGE)


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
