"""A report as data: `report.json`, out of which every page is made."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from pydantic import BaseModel

from celsiusify_reporting.compare.pairs import Comparison, compare_all
from celsiusify_reporting.compare.parity import Parity, sheet
from celsiusify_reporting.inputs.cluster_json import Cluster
from celsiusify_reporting.inputs.migrations import REPORT_FORMAT
from celsiusify_reporting.inputs.run_json import Run
from celsiusify_reporting.narrative.conclusion import Conclusion, conclude
from celsiusify_reporting.stats import capacity
from celsiusify_reporting.stats.capacity import CapacityResult
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.model import Measurement
from celsiusify_reporting.validity import workers
from celsiusify_reporting.validity.caveats import caveats
from celsiusify_reporting.validity.verdict import Verdict, judge
from celsiusify_reporting.validity.workers import WorkerSummary


@dataclass(frozen=True)
class Report:
    """All that is said of a run.

    Attributes:
        verdict: Whether it measured its targets at all.
        conclusion: What follows, in words.
        comparisons: Each two targets by each measure.
        capacities: What a search of the highest rate found, else nothing.
        parity: What wasn't equal between the targets.
        caveats: What limits it besides the verdict's reasons and warnings.
        cluster: What ran where, where it was made in a cluster.
        worker_summary: What the machines had in common, where several made the load.
    """

    format: Literal[4]
    verdict: Verdict
    conclusion: Conclusion
    comparisons: tuple[Comparison, ...]
    capacities: tuple[CapacityResult, ...]
    parity: Parity
    caveats: tuple[str, ...]
    measurements: tuple[Measurement, ...]
    run: Run
    method: Method
    cluster: Cluster | None = None
    worker_summary: WorkerSummary | None = None


def draw_up(
    run: Run, measurements: Sequence[Measurement], method: Method, cluster: Cluster | None = None
) -> Report:
    """Draw up the report of what was measured in a run."""
    verdict = judge(run, measurements, method, cluster)
    answering = [one for one in measurements if one.latency]
    open_load = run.load.model != "closed"
    comparisons = (
        compare_all(answering, method, valid=verdict.valid, open_load=open_load)
        if run.kind == "loads"
        else ()
    )
    found = capacity.examine(run, measurements)
    parity = sheet(measurements, run, cluster)
    return Report(
        format=REPORT_FORMAT,
        verdict=verdict,
        conclusion=conclude(verdict, measurements, comparisons, found, method),
        comparisons=comparisons,
        capacities=found,
        parity=parity,
        caveats=caveats(run, measurements, parity, method, cluster),
        measurements=tuple(measurements),
        run=run,
        method=method,
        cluster=cluster,
        worker_summary=workers.examine(run, measurements),
    )


def to_json(report: Report) -> str:
    """`report.json`: the same text for the same report, and no number that JSON doesn't know."""
    return (
        json.dumps(asdict(report), default=_plain, indent=1, ensure_ascii=False, allow_nan=False)
        + "\n"
    )


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        exclude = {"targets"} if isinstance(value, Run) else {"rounds"}
        return value.model_dump(mode="json", exclude=exclude)
    raise TypeError(f"{type(value).__name__} has no place in a report")
