"""`run.json`: how a run was made and what became of it, kept up to date while it lasts."""

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
    """The run's `run.json`, as far as it is known.

    It is there from the start, so that a run that breaks off says so itself.

    Args:
        folder: The run's folder.
        content: What it says of the run as a whole; keys may be added or changed, then `save`.
        measured: What it says of each target.
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
    """Return what run.json says of the run as a whole, before it has begun."""
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
