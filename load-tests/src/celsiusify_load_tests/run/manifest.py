"""`run.json`: how a run was made and what became of it, kept up to date while it lasts."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from celsiusify_load_tests.client.registry import PROTOCOLS
from celsiusify_load_tests.config.profiles import Profile
from celsiusify_load_tests.host import machine
from celsiusify_load_tests.host.cgroup import limit_cores
from celsiusify_load_tests.host.cpu_affinity import Split
from celsiusify_load_tests.recording import run_folder
from celsiusify_load_tests.run.plan import Plan
from celsiusify_load_tests.run.result import TargetResult

FORMAT = 2
SAID_ELSEWHERE = ("warm_up_s", "cool_down_s", "rate_rps")


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
    """What run.json says of the run as a whole, before it has begun."""
    return {
        "format": FORMAT,
        "kind": kind,
        "run": run_name,
        "started_at": run_folder.timestamp(began),
        "command": plan.command,
        "git": machine.git(plan.targets_file.resolve().parent),
        "machine": machine.machine(),
        "versions": machine.versions(),
        "profile": _profile(plan.profile),
        "load": {
            "model": plan.load.model,
            "rate_rps": plan.load.rate_rps,
            "max_in_flight": plan.load.max_in_flight,
            "processes": plan.processes,
            "cores": split.generator if plan.distribution is None else None,
            "client": _clients(plan),
            "seed": plan.seed,
            "cpu_limit_cores": limit_cores(),
            "workers": None,
            "connection": str(plan.policy),
        },
        "plan": {
            "rounds": plan.rounds,
            "order": plan.order,
            "warm_up_s": plan.profile.warm_up_s,
            "cool_down_s": plan.profile.cool_down_s,
            "sequence": plan.sequence,
        },
        "calibration": None,
        "equivalence": None,
        "capacity": None,
    }


def _clients(plan: Plan) -> str:
    """How connections are made and kept, by each protocol that is spoken."""
    spoken = dict.fromkeys(target.request.protocol for target in plan.targets)
    return "; ".join(PROTOCOLS[name].description for name in spoken)


def _profile(profile: Profile) -> dict[str, Any]:
    """What is asked; when that is, is part of the plan, and how often, of the load."""
    content = asdict(profile)
    return {key: value for key, value in content.items() if key not in SAID_ELSEWHERE}
