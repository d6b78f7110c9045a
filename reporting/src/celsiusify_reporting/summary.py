"""`summary.csv`: a line for each run and target."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from celsiusify_reporting.errors import ReportError

COLUMNS = [
    "run",
    "started_at",
    "target",
    "title",
    "profile",
    "users",
    "state",
    "window_s",
    "succeeded",
    "failed",
    "throughput_rps",
    "failed_percent",
    "p50_ms",
    "p95_ms",
    "p99_ms",
    "p99.9_ms",
    "cpu_s_per_1000",
    "max_rss_mib",
    "ceiling_percent",
    "engine",
    "caveat",
]
PERCENTS = {50: "p50_ms", 95: "p95_ms", 99: "p99_ms", 99.9: "p99.9_ms"}

Line = dict[str, Any]


def lines(report: dict[str, Any]) -> list[Line]:
    """The lines of one run.

    Args:
        report: What its `report.json` holds.
    """
    return [_line(report["run"], measurement) for measurement in report["measurements"]]


def _line(run: dict[str, Any], measurement: dict[str, Any]) -> Line:
    target = measurement["target"]
    engine = target["engine"] or {}
    line = {
        "run": run["run"],
        "started_at": run["started_at"],
        "target": measurement["name"],
        "title": target["title"],
        "profile": run["profile"]["name"],
        "users": run["profile"]["users"],
        "state": target["state"],
        "engine": engine.get("engine"),
        "caveat": engine.get("caveat"),
    }
    return line | (_figures(measurement["steady"]) if measurement["steady"] else {})


def _figures(steady: dict[str, Any]) -> Line:
    percentiles = steady["latency"]["percentiles"] if steady["latency"] else []
    return {
        "window_s": steady["seconds"],
        **{name: steady["counts"][name] for name in ("succeeded", "failed")},
        "throughput_rps": steady["throughput"]["succeeded_rps"],
        "failed_percent": steady["throughput"]["failed_percent"],
        **{
            PERCENTS[one["percent"]]: one["ms"] for one in percentiles if one["percent"] in PERCENTS
        },
        "cpu_s_per_1000": steady["cpu_s_per_requests"],
        "max_rss_mib": (steady["process"] or {}).get("max_rss_mib"),
        "ceiling_percent": (steady["closed_loop"] or {}).get("ceiling_percent"),
    }


def merge(before: list[Line], new: list[Line]) -> str:
    """`summary.csv` of the lines that it had and of new ones, which replace those of the same run.

    Columns that it had, and no longer would, are kept.
    """
    runs = {line["run"] for line in new}
    merged = [line for line in before if line["run"] not in runs] + new
    columns = dict.fromkeys([*COLUMNS, *(name for line in before for name in line)])
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(merged, key=lambda line: str(line["run"])))
    return text.getvalue()


def read(path: Path) -> list[Line]:
    """The lines of a `summary.csv`, as they stand; none where there is no such file.

    Raises:
        ReportError: If it isn't one.
    """
    if not path.exists():
        return []
    try:
        lines: list[Line] = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    except (OSError, ValueError, csv.Error) as error:
        raise ReportError(path, f"can't be read as CSV: {error}") from error
    if any("run" not in line or None in line for line in lines):
        raise ReportError(
            path, "not a summary of runs; expected a column run, and equally long lines"
        )
    return lines
