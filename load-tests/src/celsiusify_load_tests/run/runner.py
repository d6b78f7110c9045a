"""Carry out a run: check the targets, load them, and write a folder of results."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from celsiusify_load_tests.config.targets import Target
from celsiusify_load_tests.errors import CalibrationError, LostWorkerError, NotEquivalentError
from celsiusify_load_tests.exit_codes import ExitCode
from celsiusify_load_tests.export.exporter import exported
from celsiusify_load_tests.host.cpu_affinity import Split, kept_on
from celsiusify_load_tests.host.signals import Interrupted, Interruption
from celsiusify_load_tests.preflight import answers
from celsiusify_load_tests.preflight.generator_capacity import Subject
from celsiusify_load_tests.recording import run_folder
from celsiusify_load_tests.run import messages
from celsiusify_load_tests.run.console import Terminal
from celsiusify_load_tests.run.manifest import Manifest, describe
from celsiusify_load_tests.run.plan import Plan, RunContext
from celsiusify_load_tests.run.result import (
    FAILED,
    INTERRUPTED,
    NOT_LOADED,
    WindowFigures,
    new_target_result,
)

if TYPE_CHECKING:
    from celsiusify_load_tests.distributed.leader import Leader


@dataclass
class Outcome:
    """The results of a run so far: exit codes, and each target's figures by round."""

    ends: list[ExitCode] = field(default_factory=list)
    steady: dict[str, list[WindowFigures]] = field(default_factory=dict)


@dataclass(frozen=True)
class Strategy:
    """The kind of a run.

    Attributes:
        kind: The kind's name in `run.json`.
        rounds: The number of rounds of each target that are known beforehand.
        do: The function that loads the targets.
        table: The function that returns the final table, a row for each target.
    """

    kind: str
    rounds: int
    do: Callable[[RunContext, Manifest, Outcome], None]
    table: Callable[[Manifest, Outcome], list[dict[str, str]]]


def skip_target(
    name: str, problem: str, context: RunContext, manifest: Manifest, outcome: Outcome
) -> None:
    """Leave out a target that can't be served."""
    manifest.measured[name].close(FAILED, problem)
    context.terminal.complain(f"{name}: {FAILED}: {problem}")
    outcome.ends.append(ExitCode.USAGE)


def run(plan: Plan, split: Split, terminal: Terminal, work: Strategy) -> ExitCode:
    """Carry out a plan.

    A target that fails doesn't keep the others from being loaded; an interruption does. The records
    are kept in either case, in a new folder of `plan.results`.
    """
    temperatures = answers.questions(plan)
    try:
        with Interruption() as stop_asked, _led(plan, terminal, stop_asked) as leader:
            return _run(plan, split, terminal, work, temperatures, stop_asked, leader)
    except Interrupted:  # before there was anything to keep
        return ExitCode.INTERRUPTED


@contextmanager
def _led(plan: Plan, terminal: Terminal, stop_asked: Interruption) -> Iterator["Leader | None"]:
    """Yield the leader of a run once its workers are ready; None for a run without workers."""
    if plan.distribution is None:
        yield None
        return
    # Only here, since it imports Flask: no other run waits for that.
    from celsiusify_load_tests.distributed.leader import leader_session

    targets = plan.targets_file.read_text(encoding="utf-8")
    with leader_session(plan.distribution, targets, terminal.say, stop_asked) as leader:
        yield leader


def _run(
    plan: Plan,
    split: Split,
    terminal: Terminal,
    work: Strategy,
    temperatures: list[float],
    stop_asked: Interruption,
    leader: "Leader | None",
) -> ExitCode:
    """Carry out a plan in a new folder."""
    began = datetime.now(UTC)
    folder = run_folder.create_folder(plan.results, began, plan.load.profile)
    rounds, rate_rps = range(work.rounds), plan.load.rate_rps
    targets = {
        target.name: new_target_result(target, plan.hosts.get(target.name), rounds, rate_rps)
        for target in plan.targets
    }
    content = describe(plan, split, folder.name, began, work.kind)
    content["generator"]["workers"] = leader and leader.workers
    run_folder.write_json(folder / "load.json", plan.load.model_dump(mode="json"))
    manifest = Manifest(folder, content, targets)
    for line in messages.load(plan, split):
        terminal.say(line)
    context = RunContext(plan, folder, split, terminal, stop_asked)
    if leader:
        context = replace(context, backend=leader, calibrate=leader.calibrate)
    with exported(folder, plan.export, stop_asked):
        with kept_on(split.generator):
            outcome = _pass_and_do(work, context, manifest, temperatures)
        if leader:
            leader.dismiss()
        run_folder.remove_if_empty(folder / "parts")
        terminal.table(work.table(manifest, outcome))
        terminal.say(f"recorded in {folder}")
    return max(outcome.ends)


def _pass_and_do(
    work: Strategy, context: RunContext, manifest: Manifest, temperatures: list[float]
) -> Outcome:
    """Load the targets if all of them answer correctly."""
    outcome = Outcome()
    try:
        unserved = answers.check(context, manifest, temperatures)
        for name, reason in unserved.items():
            skip_target(name, reason, context, manifest, outcome)
        served = [target for target in context.plan.targets if target.name not in unserved]
        if context.plan.load.calibration and served:
            _calibrate(served, context, manifest)
        work.do(context, manifest, outcome)
    except NotEquivalentError as problem:
        context.terminal.complain(f"{problem}; nothing was timed")
        _close(manifest, FAILED, str(problem))
        outcome.ends.append(ExitCode.NOT_EQUIVALENT)
    except CalibrationError as problem:
        context.terminal.complain(f"{problem}; nothing was timed")
        _close(manifest, FAILED, str(problem))
        outcome.ends.append(ExitCode.INVALID)
    except LostWorkerError as problem:
        context.terminal.complain(f"{problem}; no more was loaded")
        _close(manifest, FAILED, str(problem))
        outcome.ends.append(ExitCode.INVALID)
    except Interrupted:
        _close(manifest, INTERRUPTED, NOT_LOADED)
        outcome.ends.append(ExitCode.INTERRUPTED)
    manifest.save()
    return outcome


def _calibrate(targets: list[Target], context: RunContext, manifest: Manifest) -> None:
    """Measure the capacity of the load generator with the requests of the targets."""
    plan = context.plan
    subject = Subject(
        context.folder.name,
        plan.load,
        targets,
        plan.targets_file,
        plan.processes,
    )
    capacities = context.calibrate(subject, context.split, context.stop_asked)
    manifest.content["calibration"] = capacities
    manifest.save()
    for protocol, capacity in capacities.items():
        context.terminal.say(messages.headroom(protocol, capacity, context.plan))


def _close(manifest: Manifest, state: str, problem: str) -> None:
    for measured in manifest.measured.values():
        measured.close(state, problem)
