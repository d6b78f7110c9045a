"""Write `run.json` and keep it up to date while the run lasts."""

from datetime import datetime
from pathlib import Path
from typing import Any

from celsiusify_load_tests.client.registry import PROTOCOLS
from celsiusify_load_tests.host import machine
from celsiusify_load_tests.host.cgroup import limit_cores
from celsiusify_load_tests.host.cpu_affinity import Split
from celsiusify_load_tests.recording import run_folder
from celsiusify_load_tests.run.plan import Plan
from celsiusify_load_tests.run.result import TargetResult

FORMAT = 3


class Manifest:
    """The run's `run.json`.

    The file exists from the start, so that a run that is broken off is marked as such.

    Args:
        folder: The run's folder.
        content: The entries about the whole run; call `save` after a change.
        measured: The entries about each target.
    """

    def __init__(
        self, folder: Path, content: dict[str, Any], measured: dict[str, TargetResult]
    ) -> None:
        self._path = folder / "run.json"
        self.content = content
        self.measured = measured
        self.save()

    def save(self) -> None:
        """Write the file again."""
        targets = {name: entry.content() for name, entry in self.measured.items()}
        run_folder.write_json(self._path, self.content | {"targets": targets})


def describe(plan: Plan, split: Split, run_name: str, began: datetime, kind: str) -> dict[str, Any]:
    """Return the entries of run.json about the whole run, before it begins."""
    return {
        "format": FORMAT,
        "kind": kind,
        "run": run_name,
        "started_at": run_folder.timestamp(began),
        "command": plan.command,
        "git": machine.git(plan.targets_file.resolve().parent),
        "machine": machine.machine(),
        "versions": machine.versions(),
        "load": plan.load.model_dump(mode="json"),
        "generator": {
            "processes": plan.processes,
            "cores": split.generator if plan.distribution is None else None,
            "client": _clients(plan),
            "cpu_limit_cores": limit_cores(),
            "workers": None,
        },
        "sequence": plan.sequence,
        "calibration": None,
        "equivalence": None,
        "capacity": None,
    }


def _clients(plan: Plan) -> str:
    """Return how connections are made and kept, for each protocol of the targets."""
    protocols = dict.fromkeys(target.request.protocol for target in plan.targets)
    return "; ".join(PROTOCOLS[name].description for name in protocols)
