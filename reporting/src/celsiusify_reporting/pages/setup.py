"""What served, on what machine, and how to make the run again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from celsiusify_reporting.document import Block, Code, Group, Heading, Paragraph, Table
from celsiusify_reporting.measurement import Measurement
from celsiusify_reporting.pages.load import cores
from celsiusify_reporting.pages.tables import Cell, by_target, field
from celsiusify_reporting.report import Report
from celsiusify_reporting.run import Run
from celsiusify_reporting.wording import UNKNOWN, figure, whole


def setup(report: Report) -> Iterator[Group]:
    """The groups of these pages."""
    yield (Heading("What served"), _targets(report.measurements))
    yield (Heading("Machine and versions"), _machine(report.run))
    yield (Heading("How to make it again"), *_again(report.run))


def _targets(measurements: Sequence[Measurement]) -> Table:
    settings = dict.fromkeys(name for one in measurements for name in _settings(one))
    return by_target(
        measurements,
        [
            ("Address", field("target.url", str)),
            ("Request", field("target.request", str)),
            ("Engine", field("target.engine.engine", str)),
            ("Version", field("target.engine.version", str)),
            ("Why this engine", field("target.engine.reason", str)),
            ("Kept on", lambda one: cores(one.target.cores)),
            ("Instances that answered", field("steady.instances", whole)),
            *((name, _setting(name)) for name in settings),
        ],
        text=True,
    )


def _settings(one: Measurement) -> dict[str, object]:
    return one.target.engine.settings if one.target.engine else {}


def _setting(name: str) -> Cell:
    def cell(one: Measurement) -> str:
        value = _settings(one).get(name, UNKNOWN)
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    return cell


def _machine(run: Run) -> Table:
    machine = run.machine
    memory = None if machine.memory_bytes is None else machine.memory_bytes / 2**30
    return Table(
        ("", "Recorded"),
        (
            ("Processor", machine.cpu_model or UNKNOWN),
            ("Cores", whole(machine.cores)),
            ("Memory, GiB", figure(memory)),
            ("Operating system", machine.os or UNKNOWN),
            ("Python", machine.python or UNKNOWN),
            *((name, version or UNKNOWN) for name, version in run.versions.items()),
        ),
        text_columns=2,
    )


def _again(run: Run) -> Iterator[Block]:
    git = run.git
    changed = " with changes that were not committed" if git.dirty else ""
    yield Paragraph(f"Made from git commit {git.commit or 'not recorded'}{changed}, by")
    yield Code(run.command or "not recorded")
    yield Paragraph("Reported, from the folder of results, by")
    yield Code(f"celsiusify-reporting report results/{run.run}")
