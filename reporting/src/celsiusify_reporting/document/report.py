"""Reports as data: `report.json`, from which every page is made."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from pydantic import BaseModel

from celsiusify_reporting.compare.capacities import CapacityRatio, compare_capacities
from celsiusify_reporting.compare.pairs import Comparison, compare_all
from celsiusify_reporting.compare.parity import Parity, compare_conditions
from celsiusify_reporting.inputs.cluster_json import Cluster
from celsiusify_reporting.inputs.migrations import REPORT_FORMAT
from celsiusify_reporting.inputs.run_json import Run
from celsiusify_reporting.narrative.conclusion import Conclusion, Results, conclude
from celsiusify_reporting.narrative.finding_text import finding_writer
from celsiusify_reporting.stats import capacity
from celsiusify_reporting.stats.capacity import CapacityResult
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.model import Measurement
from celsiusify_reporting.validity import workers
from celsiusify_reporting.validity.caveats import caveats
from celsiusify_reporting.validity.finding import Finding
from celsiusify_reporting.validity.verdict import Verdict, judge
from celsiusify_reporting.validity.workers import WorkerSummary


@dataclass(frozen=True)
class Report:
    """The report of a run in codes and figures; only the conclusion has sentences.

    Attributes:
        verdict: Whether the run measured its targets.
        conclusion: The conclusion in words.
        comparisons: The comparison of each pair of targets by each measure.
        capacities: The results of a search for the highest rate; none for other runs.
        capacity_ratios: The ratios of these capacities.
        parity: The conditions that should be equal for all targets.
        caveats: The limits of the results, besides the verdict's reasons and warnings.
        cluster: The cluster of a run in a cluster.
        worker_summary: The workers of a load from several machines.
    """

    format: Literal[4]
    verdict: Verdict
    conclusion: Conclusion
    comparisons: tuple[Comparison, ...]
    capacities: tuple[CapacityResult, ...]
    capacity_ratios: tuple[CapacityRatio, ...]
    parity: Parity
    caveats: tuple[Finding, ...]
    measurements: tuple[Measurement, ...]
    run: Run
    method: Method
    cluster: Cluster | None = None
    worker_summary: WorkerSummary | None = None


def draw_up(
    run: Run, measurements: Sequence[Measurement], method: Method, cluster: Cluster | None = None
) -> Report:
    """Draw up the report of a run's measurements.

    The steps follow the packages from statistics to sentences. Only comparisons come after the
    verdict, because targets of an invalid run aren't compared.
    """
    capacities = capacity.examine(run, measurements)
    ratios = tuple(compare_capacities(capacities))
    parity = compare_conditions(measurements, run, cluster)
    verdict = judge(run, measurements, method, cluster)
    limits = caveats(run, measurements, parity, method, cluster)
    summary = workers.examine(run, measurements)
    comparisons = _compare(run, measurements, method, valid=verdict.valid)
    results = Results(verdict, measurements, comparisons, capacities, ratios)
    return Report(
        format=REPORT_FORMAT,
        verdict=verdict,
        conclusion=conclude(results, finding_writer(run, parity), method),
        comparisons=comparisons,
        capacities=capacities,
        capacity_ratios=ratios,
        parity=parity,
        caveats=limits,
        measurements=tuple(measurements),
        run=run,
        method=method,
        cluster=cluster,
        worker_summary=summary,
    )


def _compare(
    run: Run, measurements: Sequence[Measurement], method: Method, *, valid: bool
) -> tuple[Comparison, ...]:
    """Compare the targets that answered, unless the run was a search."""
    if run.kind != "loads":
        return ()
    answering = [measurement for measurement in measurements if measurement.latency]
    open_load = run.load.model != "closed"
    return compare_all(answering, method, valid=valid, open_load=open_load)


def to_json(report: Report) -> str:
    """Return `report.json`: the same text for the same report, without NaN."""
    return (
        json.dumps(asdict(report), default=_plain, indent=1, ensure_ascii=False, allow_nan=False)
        + "\n"
    )


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        exclude = {"targets"} if isinstance(value, Run) else {"rounds"}
        return value.model_dump(mode="json", exclude=exclude)
    raise TypeError(f"{type(value).__name__} can't be part of a report; expected a model")
