"""Read the folders of runs, and write their reports."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from celsiusify_reporting.document.composition import compose
from celsiusify_reporting.document.report import Report, draw_up, to_json
from celsiusify_reporting.errors import ReportError
from celsiusify_reporting.inputs.cluster_json import read_cluster, with_engines
from celsiusify_reporting.inputs.report_json import REPORT, load_report
from celsiusify_reporting.inputs.run_json import Run, Target, read_run
from celsiusify_reporting.inputs.samples import (
    read_pods,
    read_requests,
    read_scale,
    read_usage,
    read_users,
)
from celsiusify_reporting.plots import matplotlib_figures, report_plots
from celsiusify_reporting.render import html, locust_csv, markdown, pdf, summary_csv
from celsiusify_reporting.stats.method import Method, method_for
from celsiusify_reporting.stats.pipeline import Measured, measure
from celsiusify_reporting.stats.target_data import TargetData

RUN = "run.json"
MARKDOWN, PDF, HTML = "report.md", "report.pdf", "report.html"
ROWS = "requests.parquet"
SCALE, PODS = "_scale.csv", "_pods.csv"


def run_folders(path: Path) -> list[Path]:
    """Return the run folders at a path: itself, or those in it.

    Raises:
        ReportError: If there is none.
    """
    if (path / RUN).exists():
        return [path]
    if not path.is_dir():
        raise ReportError(path, "no such folder; expected the folder of a run, or of several runs")
    folders = [folder for folder in sorted(path.iterdir()) if _is_run(folder)]
    if not folders:
        raise ReportError(path, f"no run in it; expected folders with a {RUN}")
    return folders


def _is_run(folder: Path) -> bool:
    return folder.is_dir() and ((folder / RUN).exists() or any(folder.glob(f"*_{ROWS}")))


def kept(folder: Path) -> list[summary_csv.Line] | None:
    """Return the summary lines of a run whose rows are missing, or None for others.

    Raises:
        ReportError: If the rows are missing and the report can't be read.
    """
    path = folder / REPORT
    if not path.exists():
        return None
    try:
        report = load_report(path)
        measured = [
            measurement["name"] for measurement in report["measurements"] if measurement["counting"]
        ]
        lost = [name for name in measured if not (folder / f"{name}_{ROWS}").exists()]
        return summary_csv.lines(report) if lost else None
    except (ReportError, KeyError, TypeError) as error:
        if any(folder.glob(f"*_{ROWS}")):
            return None
        raise ReportError(path, "can't be read, and there are no rows to make it from") from error


def measure_run(folder: Path) -> tuple[Report, list[Measured]]:
    """Measure each target of a run and draw up its report.

    Raises:
        ReportError: If a file is damaged, or missing without a reason.
    """
    run = read_run(folder / RUN)
    if cluster := read_cluster(folder):
        run = with_engines(run, cluster)
    method = method_for(run.load.limits)
    measured = [measure(_read_target(folder, run, name, method)) for name in run.targets]
    return draw_up(run, [target.measurement for target in measured], method, cluster), measured


def _read_target(folder: Path, run: Run, name: str, method: Method) -> TargetData:
    return TargetData(
        run,
        name,
        method,
        _requests(folder / f"{name}_{ROWS}", run.targets[name]),
        read_usage(folder / f"{name}_usage.csv"),
        read_users(folder / f"{name}_users.csv"),
        read_scale(folder / f"{name}{SCALE}"),
        read_pods(folder / f"{name}{PODS}"),
    )


def _requests(path: Path, target: Target) -> pd.DataFrame | None:
    rows = read_requests(path) if path.exists() else None
    if rows is not None and len(rows):
        return rows
    if target.state == "complete":
        problem = "no such file" if rows is None else "no rows"
        raise ReportError(path, f"{problem}; expected a row for each request of a complete run")
    return None


def render(report: Report, measured: list[Measured]) -> dict[str, bytes]:
    """Return all files of a report, by their path in the run's folder."""
    return dict(_files(report, measured))


def _files(report: Report, measured: list[Measured]) -> Iterator[tuple[str, bytes]]:
    for measurement in measured:
        for name, text in _statistics(measurement):
            yield name, text.encode()
    document = compose(report)
    drawn = report_plots.draw(report)
    plots = {name: matplotlib_figures.render(chart) for name, chart in drawn.items()}
    footer = f"Celsiusify · run {report.run.run}"
    for name, png in plots.items():
        yield f"{markdown.FIGURES}/{name}.png", png
    yield MARKDOWN, markdown.render(document).encode()
    yield HTML, html.render(document, drawn, footer).encode()
    yield PDF, pdf.render(document, plots, footer)
    yield REPORT, to_json(report).encode()


def _statistics(measured: Measured) -> Iterator[tuple[str, str]]:
    measurement = measured.measurement
    if measured.requests is not None:
        history = locust_csv.stats_history(measured.requests, measured.seconds)
        yield f"{measurement.name}_stats_history.csv", history
    if measured.window_rows is not None and measurement.window_stats:
        request = measurement.target.request
        stats = locust_csv.stats(measured.window_rows, measurement.window_stats.seconds, request)
        yield f"{measurement.name}_stats.csv", stats
        yield (
            f"{measurement.name}_failures.csv",
            locust_csv.failures(measurement.window_stats.failures, request),
        )


def write(folder: Path, files: dict[str, bytes]) -> None:
    """Write files to a folder, each complete or not at all.

    Raises:
        ReportError: If a file can't be written.
    """
    for name, content in files.items():
        path = folder / name
        partial = path.with_name(f".{path.name}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(content)
            partial.replace(path)
        except OSError as error:
            raise ReportError(path, f"can't be written: {error.strerror}") from error
        finally:
            partial.unlink(missing_ok=True)
