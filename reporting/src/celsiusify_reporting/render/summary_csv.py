"""summary.csv: a line for each run and target."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

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
    """Return the lines of a run, each of all rounds of a target.

    Args:
        report: The parsed report.json, in the form of this version.
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
        "profile": run["load"]["profile"],
        "users": run["load"]["users"],
        "kind": run["kind"],
        "load": run["load"]["model"],
        "rate_rps": run["load"]["rate_rps"],
        "verdict": report["verdict"]["word"],
        "state": target["state"],
        "rounds": sum(part["window_stats"] is not None for part in measurement["rounds"]),
        "engine": engine.get("engine"),
        "caveat": engine.get("caveat"),
    }
    window_stats = measurement["window_stats"]
    return (
        line
        | (_figures(window_stats) if window_stats else {})
        | _capacity(report, measurement["name"])
    )


def _figures(window_stats: dict[str, Any]) -> Line:
    percentiles = window_stats["latency"]["percentiles"] if window_stats["latency"] else []
    return {
        "window_s": window_stats["seconds"],
        **{name: window_stats["counts"][name] for name in ("succeeded", "failed")},
        "throughput_rps": window_stats["throughput"]["succeeded_rps"],
        "failed_percent": window_stats["throughput"]["failed_percent"],
        **{name: value for part in percentiles for name, value in _percentile(part)},
        "cpu_s_per_1000": window_stats["cpu_s_per_requests"],
        "max_rss_mib": (window_stats["process"] or {}).get("max_rss_mib"),
        "ceiling_percent": (window_stats["closed_loop"] or {}).get("ceiling_percent"),
        **_open_load(window_stats["open_load"] or {}),
    }


def _percentile(percentile: dict[str, Any]) -> Iterator[tuple[str, float | None]]:
    name, interval = PERCENTS.get(percentile["percent"]), percentile["interval"] or {}
    values = {
        "ms": percentile["ms"],
        "low_ms": interval.get("low"),
        "high_ms": interval.get("high"),
    }
    for unit, value in values.items():
        if f"{name}_{unit}" in COLUMNS:
            yield f"{name}_{unit}", value


def _open_load(load: dict[str, Any]) -> Line:
    service = {part["percent"]: part["service_ms"] for part in load.get("omissions", ())}
    return {
        "delivered_percent": load.get("delivered_percent"),
        "service_p99_ms": service.get(99),
    }


def _capacity(report: dict[str, Any], name: str) -> Line:
    for capacity in report["capacities"]:
        if capacity["target"] == name:
            return {"capacity_rps": capacity["rate_rps"], "capacity_limit": capacity["limit"]}
    return {}


def merge(before: list[Line], new: list[Line]) -> str:
    """Return summary.csv with new lines, which replace those of the same runs.

    Columns that only older lines have are kept.
    """
    runs = {line["run"] for line in new}
    merged = [line for line in before if line["run"] not in runs] + new
    columns = dict.fromkeys([*COLUMNS, *(name for line in before for name in line)])
    merged.sort(key=lambda line: str(line["run"]))
    # Objects keep their own text: pandas would write integers of a column with gaps as floats.
    table = pd.DataFrame(merged, columns=list(columns), dtype=object)
    return table.to_csv(index=False, lineterminator="\n")


def read(path: Path) -> list[Line]:
    """Read the lines of a summary.csv as text, or none if there is no such file.

    Raises:
        ReportError: If the file isn't a summary.
    """
    if not path.exists():
        return []
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except pd.errors.EmptyDataError:
        return []
    except (OSError, ValueError) as error:  # pandas' own parser errors are ValueErrors
        raise ReportError(path, f"can't be read as CSV: {error}") from error
    # pandas makes an index of what lines have beyond the header.
    if "run" not in table.columns or not isinstance(table.index, pd.RangeIndex):
        raise ReportError(path, "not a summary; expected a column run, and lines of equal length")
    return [{str(name): text for name, text in line.items()} for line in table.to_dict("records")]
