"""A report as data: `report.json`, out of which every page is made."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from pydantic import BaseModel

from celsiusify_reporting.caveats import caveats
from celsiusify_reporting.conclusion import Conclusion, conclude
from celsiusify_reporting.measurement import Measurement
from celsiusify_reporting.method import Method
from celsiusify_reporting.run import Run

FORMAT = 1


@dataclass(frozen=True)
class Report:
    """All that is said of a run."""

    format: int
    conclusion: Conclusion
    caveats: tuple[str, ...]
    measurements: tuple[Measurement, ...]
    run: Run
    method: Method


def draw_up(run: Run, measurements: Sequence[Measurement], method: Method) -> Report:
    """Draw up the report of what was measured in a run."""
    return Report(
        format=FORMAT,
        conclusion=conclude(measurements, method),
        caveats=caveats(measurements, method),
        measurements=tuple(measurements),
        run=run,
        method=method,
    )


def to_json(report: Report) -> str:
    """`report.json`: the same text for the same report, and no number that JSON doesn't know."""
    return (
        json.dumps(asdict(report), default=_plain, indent=1, ensure_ascii=False, allow_nan=False)
        + "\n"
    )


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(
            mode="json", exclude={"targets"} if isinstance(value, Run) else None
        )
    raise TypeError(f"{type(value).__name__} has no place in a report")
