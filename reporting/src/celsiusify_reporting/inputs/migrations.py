"""Migrations of report.json: the steps from each older form to that of this version.

Format 2 changed several times without a new number. The keys of a file tell its variant: each step
looks for the keys that it adds, and leaves a file that has them unchanged.
"""

from collections.abc import Callable
from typing import Any, Literal

REPORT_FORMAT: Literal[4] = 4
OLDEST_FORMAT = 2

Json = dict[str, Any]

# The first words of the first version's reasons why requests are missing.
UNMEASURED = ("nothing was measured", "no statistics", "no request")


def migrate_report(report: Json) -> Json:
    """Return a parsed report.json of format 2 or later in the form of this version.

    Raises:
        KeyError: If a part that every version wrote is missing.
    """
    while report["format"] != REPORT_FORMAT:
        for step in STEPS[report["format"]]:
            report = step(report)
    return report


def separate_unmeasured(report: Json) -> Json:
    """Separate the reasons why requests are missing from those of other data."""
    return _change_measurements(report, _separate_unmeasured)


def _separate_unmeasured(measurement: Json) -> Json:
    if "unmeasured" in measurement:
        return measurement
    reasons = measurement["missing"]
    return measurement | {
        "unmeasured": [reason for reason in reasons if reason.startswith(UNMEASURED)],
        "missing": [reason for reason in reasons if not reason.startswith(UNMEASURED)],
    }


def rename_odd_rounds(report: Json) -> Json:
    """Rename the share of rounds that may drift; without one, no round may."""
    method = dict(report["method"])
    drifting = method.pop("drifting_rounds_percent", 0)
    return report | {"method": {"odd_rounds_percent": drifting} | method}


def add_even_percent(report: Json) -> Json:
    """Add an instance's even share of a round's answers."""
    return _change_measurements(report, _add_even_percent)


def _add_even_percent(measurement: Json) -> Json:
    instances = measurement.get("instances")
    if not instances:
        return measurement
    rounds = [{"even_percent": 100 / part["instances"]} | part for part in instances["rounds"]]
    return measurement | {"instances": instances | {"rounds": rounds}}


def add_equal(report: Json) -> Json:
    """Add to each trait whether it is equal, from the list of those that aren't."""
    parity = report["fairness"]
    traits = [{"equal": _is_equal(trait, parity["unequal"])} | trait for trait in parity["traits"]]
    return report | {"fairness": parity | {"traits": traits}}


def _is_equal(trait: Json, unequal: list[str]) -> bool | None:
    if trait["name"] in unequal:
        return False
    return None if None in trait["values"] else True


def number_as_3(report: Json) -> Json:
    """Number a report as format 3, whose form it has by now."""
    return report | {"format": 3}


def _change_measurements(report: Json, change: Callable[[Json], Json]) -> Json:
    return report | {"measurements": [change(part) for part in report["measurements"]]}


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
# Of a change of the load, and of what has a `times`, what it counts or divides.
CHANGE = {"before": "replicas_before", "after": "replicas_after"}
EVENT_TIMES = {"first_s", "last_s", "times"}


def rename_keys(report: Json) -> Json:
    """Rename the keys of format 3; the run and the cluster keep theirs."""
    kept = {key: report[key] for key in ("run", "method", "cluster") if key in report}
    return {key: _rename(value) for key, value in _rename_part(report).items()} | kept


def _rename(part: Any) -> Any:
    if isinstance(part, list):
        return [_rename(value) for value in part]
    if not isinstance(part, dict):
        return part
    return {
        key: value if key == "target" and isinstance(value, dict) else _rename(value)
        for key, value in _rename_part(part).items()
    }


def _rename_part(part: Json) -> Json:
    names = RENAMED
    if "direction" in part:
        names = names | CHANGE
    if "times" in part:
        names = names | {"times": "count" if {*part} == EVENT_TIMES else "ratio"}
    return {names.get(key, key): value for key, value in part.items()}


def number_as_4(report: Json) -> Json:
    """Number a report as format 4, whose form it has by now."""
    return report | {"format": 4}


# The steps from each format to the next, the oldest change first.
STEPS: dict[int, tuple[Callable[[Json], Json], ...]] = {
    2: (separate_unmeasured, rename_odd_rounds, add_even_percent, add_equal, number_as_3),
    3: (rename_keys, number_as_4),
}
