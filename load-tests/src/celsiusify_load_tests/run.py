"""A run: load one target after the other, and leave a folder with all that was recorded."""

from dataclasses import asdict
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path
from typing import Any

from celsiusify_load_tests import http1, machine, results, words
from celsiusify_load_tests.cores import Split, kept_on
from celsiusify_load_tests.errors import ServingError
from celsiusify_load_tests.interruption import Interrupted, Interruption
from celsiusify_load_tests.measure import measure
from celsiusify_load_tests.measured import Measured, blank
from celsiusify_load_tests.plan import Plan, Stage
from celsiusify_load_tests.progress import Terminal
from celsiusify_load_tests.summary import NEVER, Steady, steady
from celsiusify_load_tests.targets import Target

FORMAT = 1


class Exit(IntEnum):
    """How a run ends; of several ends the highest counts."""

    OK = 0
    REQUESTS_FAILED = 1
    USAGE = 2
    INVALID = 3
    INTERRUPTED = 130


def run(plan: Plan, split: Split, terminal: Terminal) -> Exit:
    """Do all that `plan` asks for.

    A target that fails doesn't keep the others from being loaded; an interruption does. What was
    recorded stays in either case, in a new folder of `plan.results`.
    """
    began = datetime.now(UTC)
    folder = results.create_folder(plan.results, began, plan.profile.name)
    manifest = Manifest(folder, describe(plan, split, folder.name, began), plan)
    for line in words.load(plan, split):
        terminal.say(line)
    with Interruption() as stop_asked, kept_on(split.generator):
        stage = Stage(plan, folder, split, terminal, stop_asked)
        loads = [_one(target, stage, manifest) for target in plan.targets]
    results.remove_if_empty(folder / "parts")
    terminal.table([row for _, row in loads])
    terminal.say(f"recorded in {folder}")
    return max(end for end, _ in loads)


class Manifest:
    """The run's `run.json`, as far as it is known.

    It is there from the start, so that a run that breaks off says so itself.
    """

    def __init__(self, folder: Path, content: dict[str, Any], plan: Plan) -> None:
        self._path = folder / "run.json"
        self._content = content
        self.measured = {target.name: blank(target, plan.host) for target in plan.targets}
        self.save()

    def save(self) -> None:
        """Write the file again."""
        targets = {name: asdict(entry) for name, entry in self.measured.items()}
        results.write_json(self._path, self._content | {"targets": targets})


def describe(plan: Plan, split: Split, run_name: str, began: datetime) -> dict[str, Any]:
    """What run.json says of the run as a whole."""
    return {
        "format": FORMAT,
        "run": run_name,
        "started_at": results.timestamp(began),
        "command": plan.command,
        "git": machine.git(plan.targets_file.resolve().parent),
        "machine": machine.machine(),
        "versions": machine.versions(),
        "profile": asdict(plan.profile),
        "load": {
            "model": "closed",
            "processes": plan.processes,
            "cores": split.generator,
            "client": http1.DESCRIPTION,
            "seed": plan.seed,
        },
    }


def _one(target: Target, stage: Stage, manifest: Manifest) -> tuple[Exit, dict[str, str]]:
    """Load one target; how that ended, and its line for the last table."""
    measured = manifest.measured[target.name]
    end, found = _measure(target, stage, measured)
    manifest.save()
    if measured.problem:
        stage.terminal.complain(f"{target.name}: {measured.state}: {measured.problem}")
    for line in words.ending(target.name, measured, found, stage.plan.profile):
        stage.terminal.say(line)
    return end, words.row(target.name, measured, found)


def _measure(target: Target, stage: Stage, measured: Measured) -> tuple[Exit, Steady]:
    try:
        stage.stop_asked.check()
        rows = measure(target, stage, measured)
    except ServingError as problem:
        measured.state, measured.problem = "failed", str(problem)
        return Exit.USAGE, NEVER
    except Interrupted:
        measured.problem = "stopped before it was loaded"
        return Exit.INTERRUPTED, NEVER
    return _end(measured), steady(rows, measured.steady_from_ns, measured.steady_until_ns)


def _end(measured: Measured) -> Exit:
    if measured.state != "complete":
        return Exit.INVALID if measured.state == "failed" else Exit.INTERRUPTED
    return Exit.REQUESTS_FAILED if measured.counts["failed"] else Exit.OK
