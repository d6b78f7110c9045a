"""`summary.csv`: a line for each run and target."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
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
    "kind",
    "load",
    "rate_rps",
    "verdict",
    "state",
    "rounds",
    "window_s",
    "succeeded",
    "failed",
    "throughput_rps",
    "failed_percent",
    "p50_ms",
    "p50_low_ms",
    "p50_high_ms",
    "p95_ms",
    "p99_ms",
    "p99_low_ms",
    "p99_high_ms",
    "p99.9_ms",
    "cpu_s_per_1000",
    "max_rss_mib",
    "ceiling_percent",
    "delivered_percent",
    "service_p99_ms",
    "capacity_rps",
    "capacity_limit",
    "engine",
    "caveat",
]
PERCENTS = {50: "p50", 95: "p95", 99: "p99", 99.9: "p99.9"}

Line = dict[str, Any]


def lines(report: dict[str, Any]) -> list[Line]:
    """The lines of one run: all rounds of a target together.

    Args:
        report: What its `report.json` holds.
    """
    return [_line(report, measurement) for measurement in report["measurements"]]


def _line(report: dict[str, Any], measurement: dict[str, Any]) -> Line:
    run, target = report["run"], measurement["target"]
    engine = target["engine"] or {}
    line = {
        "run": run["run"],
        "started_at": run["started_at"],
        "target": measurement["name"],
        "title": target["title"],
        "profile": run["profile"]["name"],
        "users": run["profile"]["users"],
        "kind": run["kind"],
        "load": run["load"]["model"],
        "rate_rps": run["load"]["rate_rps"],
        "verdict": report["verdict"]["word"],
        "state": target["state"],
        "rounds": sum(one["steady"] is not None for one in measurement["rounds"]),
        "engine": engine.get("engine"),
        "caveat": engine.get("caveat"),
    }
    steady = measurement["steady"]
    return line | (_figures(steady) if steady else {}) | _capacity(report, measurement["name"])


def _figures(steady: dict[str, Any]) -> Line:
    percentiles = steady["latency"]["percentiles"] if steady["latency"] else []
    return {
        "window_s": steady["seconds"],
        **{name: steady["counts"][name] for name in ("succeeded", "failed")},
        "throughput_rps": steady["throughput"]["succeeded_rps"],
        "failed_percent": steady["throughput"]["failed_percent"],
        **{name: value for one in percentiles for name, value in _percentile(one)},
        "cpu_s_per_1000": steady["cpu_s_per_requests"],
        "max_rss_mib": (steady["process"] or {}).get("max_rss_mib"),
        "ceiling_percent": (steady["closed_loop"] or {}).get("ceiling_percent"),
        **_open_load(steady["open_load"] or {}),
    }


def _percentile(one: dict[str, Any]) -> Iterator[tuple[str, float | None]]:
    name, interval = PERCENTS.get(one["percent"]), one["interval"] or {}
    values = {"ms": one["ms"], "low_ms": interval.get("low"), "high_ms": interval.get("high")}
    for part, value in values.items():
        if f"{name}_{part}" in COLUMNS:
            yield f"{name}_{part}", value


def _open_load(load: dict[str, Any]) -> Line:
    service = {one["percent"]: one["service_ms"] for one in load.get("omissions", ())}
    return {
        "delivered_percent": load.get("delivered_percent"),
        "service_p99_ms": service.get(99),
    }


def _capacity(report: dict[str, Any], name: str) -> Line:
    for one in report["capacities"]:
        if one["target"] == name:
            return {"capacity_rps": one["rate_rps"], "capacity_limit": one["limit"]}
    return {}


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
