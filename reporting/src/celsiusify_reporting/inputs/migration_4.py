"""The migration of report.json to format 4, which replaces sentences by codes.

A sentence of format 3 is kept as the text of the code `legacy`: its figures can't be had again.
Labels of a closed set, such as an outcome, are mapped to their codes.
"""

from collections.abc import Callable
from typing import Any

Json = dict[str, Any]

# The keys that format 4 renames, by the key of format 3; each has one meaning in a report.
RENAMED = {
    "asked_ceiling_rps": "configured_ceiling_rps",
    "asked_think_ms": "configured_think_ms",
    "course": "timeline",
    "cut_s": "warm_up_s",
    "effective_n": "effective_sample_size",
    "fairness": "parity",
    "felt": "user_impact",
    "needs": "needed_requests",
    "steady": "window_stats",
    "team": "worker_summary",
    "tells": "names_instances",
    "thinks": "think_times",
    "traits": "rows",
    "unlike": "version_mismatches",
    "wanted": "desired",
    "watched_s": "observed_s",
}
CHANGE = {"before": "replicas_before", "after": "replicas_after"}
EVENT_TIMES = {"first_s", "last_s", "times"}

OUTCOMES = {
    "no difference shown": "no_difference_shown",
    "can't tell": "undecided",
    "not compared": "not_compared",
}
SEGMENTS = {
    "before": "before",
    "until the new replicas were ready": "until_ready",
    "with the new replicas": "with_new_replicas",
    "without a new replica": "without_new_replicas",
    "afterwards": "afterwards",
}
CPU_PROBLEMS = {
    "fewer than two samples in the steady window": "too_few_samples",
    "not recorded": "not_recorded",
    "the process was started again": "restarted",
}
CONDITIONS = {
    "CPU given, cores": "cpu_cores",
    "shares its cores with the load generator": "shared_cores",
    "CPU limit of a replica, cores": "cpu_limit_cores",
    "CPU request of a replica, cores": "cpu_request_cores",
    "memory limit of a replica": "memory_limit_mib",
    "ready replicas": "ready_replicas",
    "autoscaler": "autoscaler",
    "shares a node with the load generator": "shared_node",
    "protocol": "protocol",
    "method": "method",
    "connections": "connections",
    "requests on a kept connection": "kept_connections_percent",
    "bytes of a request": "request_bytes",
    "bytes of an answer": "response_bytes",
    "instances": "instances",
    "engine": "engine",
}


def rename_keys(report: Json) -> Json:
    """Rename the keys of format 3; the run, the method and the cluster keep theirs."""
    kept = {key: report[key] for key in ("run", "method", "cluster") if key in report}
    renamed: Json = _changed(_renamed, report)
    return renamed | kept


def _changed(change: Callable[[Json], Json], part: Any) -> Any:
    """Return a document with each of its objects changed, but for targets."""
    if isinstance(part, list):
        return [_changed(change, value) for value in part]
    if not isinstance(part, dict):
        return part
    return {
        key: value if key == "target" else _changed(change, value)
        for key, value in change(part).items()
    }


def _renamed(part: Json) -> Json:
    names = RENAMED
    if "direction" in part:
        names = names | CHANGE
    if "times" in part:
        names = names | {"times": "count" if {*part} == EVENT_TIMES else "ratio"}
    return {names.get(key, key): value for key, value in part.items()}


def code_facts(report: Json) -> Json:
    """Replace sentences and labels by codes."""
    verdict = report["verdict"]
    return report | {
        "verdict": verdict
        | {
            "reasons": [_finding(part) for part in verdict["reasons"]],
            "warnings": [_finding(part) for part in verdict["warnings"]],
        },
        "comparisons": [_comparison(part) for part in report["comparisons"]],
        "capacities": [_capacity(part) for part in report["capacities"]],
        "capacity_ratios": [],
        "parity": _parity(report),
        "caveats": [_caveat(text) for text in report["caveats"]],
        "measurements": [_measurement(part) for part in report["measurements"]],
    }


def _legacy(text: str) -> Json:
    return {"code": "legacy", "figures": {"text": text}}


def _finding(part: Json) -> Json:
    severity = "invalid" if part["invalid"] else "warning"
    of = {"kind": part["kind"], "severity": severity, "target": part["target"], "round": None}
    return _legacy(part["text"]) | of


def _caveat(text: str) -> Json:
    of = {"kind": "legacy", "severity": "caveat", "target": None, "round": None}
    return _legacy(text) | of


def _comparison(part: Json) -> Json:
    reason = part["why_not"]
    kept = {key: value for key, value in part.items() if key not in ("title", "why_not")}
    return kept | {
        "outcome": OUTCOMES.get(part["outcome"], part["outcome"]),
        "obstacle": _legacy(reason) if reason else None,
    }


def _capacity(part: Json) -> Json:
    held = "held_at_least" if part["limit"] == "generator" else "held"
    kept = {key: value for key, value in part.items() if key != "sentence"}
    return kept | {"outcome": "none_held" if part["rate_rps"] is None else held}


def _parity(report: Json) -> Json:
    return {
        "targets": [part["name"] for part in report["measurements"] if part["counting"]],
        "rows": [_row(row) for row in report["parity"]["rows"]],
    }


def _row(row: Json) -> Json:
    condition = CONDITIONS.get(row["name"])
    setting = {"condition": "setting", "setting": row["name"]}
    kept = {"values": row["values"], "equal": row["equal"]}
    return ({"condition": condition, "setting": None} if condition else setting) | kept


def _measurement(part: Json) -> Json:
    coded: Json = _changed(_coded, part)
    return coded | {
        key: [_legacy(text) | {"round": None} for text in part[key]]
        for key in ("unmeasured", "missing")
    }


def _coded(part: Json) -> Json:
    """Return a segment, a process or a failure with codes."""
    if "offered_rps" in part and "name" in part:
        return _segment(part)
    if "cpu_problem" in part:
        return part | {"cpu_problem": CPU_PROBLEMS.get(part["cpu_problem"])}
    if "error" in part and part["error"] == "not recorded":
        return part | {"error": None}
    return part


def _segment(part: Json) -> Json:
    name = part["name"]
    kept = {key: value for key, value in part.items() if key != "name"}
    if name in SEGMENTS:
        return kept | {"code": SEGMENTS[name], "step": None}
    return kept | {"code": "step", "step": int(name.partition(",")[0])}


def number_as_4(report: Json) -> Json:
    """Number a report as format 4, whose form it has by now."""
    return report | {"format": 4}
