"""Audits of run folders: whether the parts agree, and the report follows from the rows."""

from collections.abc import Iterator
from pathlib import Path

from celsiusify_reporting.audit.checks import Check, check
from celsiusify_reporting.audit.cluster import audit_cluster
from celsiusify_reporting.audit.documents import audit_pages, audit_recomputed
from celsiusify_reporting.audit.rows import audit_rows
from celsiusify_reporting.errors import ReportError
from celsiusify_reporting.inputs.report_json import REPORT
from celsiusify_reporting.inputs.run_json import Run, read_run
from celsiusify_reporting.run_folder import ROWS, RUN
from celsiusify_reporting.stats.method import method_for


def audit(folder: Path) -> Iterator[Check]:
    """Check all that a run's folder has."""
    try:
        run = read_run(folder / RUN)
    except ReportError as error:
        yield Check(f"{RUN} is well-formed", "failed", str(error))
        return
    yield Check(f"{RUN} is well-formed", "ok")
    yield check("the seed is recorded", [] if run.load.seed is not None else ["load.seed is null"])
    for name in run.targets:
        yield from _rows(folder, run, name)
    yield from audit_cluster(folder, run)
    yield from _report(folder, run)


def _rows(folder: Path, run: Run, name: str) -> Iterator[Check]:
    path = folder / f"{name}_{ROWS}"
    if path.exists():
        yield from audit_rows(run, name, path, method_for(run.load.limits))
    else:
        yield Check(f"{name}: rows and counts", "not checkable", f"no {path.name} here")


def _report(folder: Path, run: Run) -> Iterator[Check]:
    if not (folder / REPORT).exists():
        yield Check(f"{REPORT} and its pages", "not checkable", "there is no report yet")
        return
    missing = [name for name in run.targets if not (folder / f"{name}_{ROWS}").exists()]
    try:
        if missing:
            yield Check(f"{REPORT} follows from the rows", "not checkable", "rows are not here")
        else:
            yield audit_recomputed(folder)
        yield from audit_pages(folder)
    except ReportError as error:
        yield Check(f"{REPORT} can be read and made again", "failed", str(error))
